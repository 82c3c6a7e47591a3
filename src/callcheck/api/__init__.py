"""HTTP in, JSON out (contract, section 8). It writes nothing but, from issue 4 on, absences."""
