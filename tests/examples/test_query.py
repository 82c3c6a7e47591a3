"""The dashboard query in examples/, asked of a real Prometheus engine."""

from __future__ import annotations

import json
from pathlib import Path

from tests.deploy.programs import promtool, run
from tests.docs.reading import text
from tests.metrics.samples import some_metrics

QUERY = text("examples/compliance.promql").replace("$__range", "10m")
MET, BREACHED, EXEMPT = (
    f'callcheck_findings_total{{rule="answer_by_ring",result="{result}",unit="%s"}}'
    for result in ("met", "breached", "exempt")
)


def test_the_share_of_each_unit_is_right(tmp_path: Path) -> None:
    series = {
        MET % "legal": "0+3x10", BREACHED % "legal": "0+1x10", EXEMPT % "legal": "0+9x10",
        MET % "quiet": "0+0x10", BREACHED % "quiet": "0+0x10",
    }  # fmt: skip
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {"expr": QUERY, "eval_time": "10m",
             "exp_samples": [{"labels": '{unit="legal"}', "value": 0.75}]},
        ],
    }  # fmt: skip
    page = tmp_path / "query.yml"
    page.write_text(json.dumps({"tests": [test]}), encoding="utf-8")
    ended = run(promtool(), "test", "rules", page)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_query_s_metric_is_on_the_page() -> None:
    assert "callcheck_findings_total{" in some_metrics().text().decode()
    assert "callcheck_findings_total{" in QUERY
