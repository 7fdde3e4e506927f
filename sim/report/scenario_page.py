"""A page for one scenario: what it changes, from ready to left, one person's way, who pays."""

from dataclasses import replace

from jinja2 import Environment
from markupsafe import Markup

from sim.report.answer import COST
from sim.report.pages import style
from sim.report.parts.journey import Journeys, journey_pictures
from sim.report.parts.many import by_row
from sim.report.parts.money import who_rows
from sim.report.parts.waterfall import detail_table, waterfall_picture
from sim.report.results import Results, What, measure
from sim.report.table import Table
from sim.report.wording import unit_heading
from sim.report.words import words_in

WORDS_HERE = "<!-- words -->"
ALWAYS = (
    What("delayed_bed_days"), What("remaining"), What("drd_delay_days"),
    What("handoffs_per_discharge"), What("handoffs_per_discharge", part="P1 to P3"),
    What("discharged_by_noon"), What("bed_wait_hours"), What("over_12_hours"),
    What("electives_cancelled"), COST,
)  # fmt: skip


def page_name(results: Results, scenario: str) -> str:
    """The file of a scenario's page, from the report's folder."""
    return f"scenarios/{results.scenario(scenario).slug}.html"


def render_scenario(
    templates: Environment, whole: Results, scenario: str, journeys: Journeys
) -> str:
    """The page as text: the same results give the same bytes."""
    described = whole.scenario(scenario)
    is_baseline = scenario == whole.baseline
    base = scenario if is_baseline else described.baseline or whole.baseline
    results = replace(whole, baseline=base)
    others = () if is_baseline else (scenario,)
    written = templates.get_template("scenario.html").render(
        results=results,
        version=results.careflow,
        facts=(),
        scenario=described,
        is_baseline=is_baseline,
        base_words="The others are compared with this.",
        css=style(),
        numbers=_numbers(results, others),
        waterfall=waterfall_picture(results, scenario, "waterfall"),
        detail=detail_table(results, scenario) if others else None,
        journeys=journey_pictures(results, journeys, scenario, "way"),
        money=by_row(
            results, "Cost a year, £ (95% intervals in brackets)", "Who", who_rows(results), others
        ),
    )
    return with_words(written)


def with_words(page: str) -> str:
    """A page with the glossary of the words that it uses put where it says so."""
    text = Markup(page).striptags()
    entries = "".join(
        f"<div><dt>{Markup.escape(word)}</dt><dd>{Markup.escape(meaning)}</dd></div>\n"
        for word, meaning in words_in(str(text))
    )
    return page.replace(WORDS_HERE, entries)


def _numbers(results: Results, others: tuple[str, ...]) -> Table | None:
    whats = dict.fromkeys((*results.compare_on, *ALWAYS))
    rows = [(f"{results.title(what)}, {unit_heading(measure(what).unit)}", what) for what in whats]
    return by_row(
        results, "Beside what it is compared with (95% intervals in brackets)", "Measure",
        [("", rows)], others,
    )  # fmt: skip
