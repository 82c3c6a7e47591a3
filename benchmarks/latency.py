def measure(*, short): return []
