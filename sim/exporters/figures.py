"""The results that ``summary.csv`` and ``comparison.csv`` hold, with titles and units."""

import pandas as pd

from sim.experiment.summary import comparison_table, summary_table
from sim.exporters.source import Source
from sim.exporters.tables import BY_NAME
from sim.measures.definitions import COMPARISONS, MEASURES


def figures(source: Source) -> dict[str, pd.DataFrame]:
    """The tables ``summary`` and ``comparison`` of the scenarios exported."""
    results = source.results
    scores = results.scores()
    comparison = comparison_table(scores, results.baselines, results.levers)
    return {
        "summary": _titled("summary", summary_table(scores), source),
        "comparison": _titled("comparison", comparison, source),
    }


def _titled(name: str, table: pd.DataFrame, source: Source) -> pd.DataFrame:
    known = MEASURES | COMPARISONS
    table = table[table["scenario"].isin(source.scenarios)].reset_index(drop=True)
    for word in ("title", "unit", "better"):
        table[word] = [getattr(known[measure], word) for measure in table["measure"]]
    return table[BY_NAME[name].names].replace("", None)
