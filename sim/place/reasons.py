"""Why a person is delayed: NHS England's 37 delay reasons in their five groups.

Three codes of our own stand beside them, for waits that the national list has no code for.

Source: NHS England, acute daily discharge situation report, delay reasons from June 2024.
"""

from dataclasses import dataclass
from typing import Literal

from sim.place.words import Body, Pathway

ReasonGroup = Literal[
    "hospital process",
    "care transfer hub process",
    "interface process",
    "capacity",
    "wellbeing",
]
REASON_GROUPS: tuple[ReasonGroup, ...] = (
    "hospital process",
    "care transfer hub process",
    "interface process",
    "capacity",
    "wellbeing",
)


@dataclass(frozen=True)
class Reason:
    """One delay reason: its national title, its group and the body that usually answers for it."""

    code: str
    title: str
    group: ReasonGroup
    body: Body
    dtoc: str = "O"
    """The code of the older return (delayed transfers of care, to February 2020), A to O."""


DTOC_TITLES: dict[str, str] = {
    "A": "Completion of assessment",
    "B": "Public funding",
    "C": "Further non-acute NHS care",
    "Di": "Residential home placement",
    "Dii": "Nursing home placement",
    "E": "Care package in own home",
    "F": "Community equipment or adaptations",
    "G": "Patient or family choice",
    "H": "Disputes",
    "I": "Housing",
    "O": "Other",
}
"""The older codes.

Source: NHS England, monthly delayed transfers of care return, to February 2020.
"""

DTOC_CODE: dict[str, str] = {
    **dict.fromkeys(
        (
            "decision-to-discharge", "medical-review", "therapy-review", "referral-to-hub",
            "needs-and-pathway", "hub-referrals", "mental-capacity", "provider-action",
        ),
        "A",
    ),
    "funding-eligibility": "B",
    **dict.fromkeys(
        (
            "p1-rehabilitation-arrangements", "p1-health-arrangements", "p2-arrangements",
            "p1-rehabilitation-capacity", "p1-health-capacity", "p2-capacity",
            "mental-health-capacity", "end-of-life-arrangements", "end-of-life-capacity",
        ),
        "C",
    ),
    **dict.fromkeys(("p3-arrangements", "p3-capacity", "admission-hours"), "Di"),
    **dict.fromkeys(
        ("p1-social-care-arrangements", "p1-social-care-capacity", "p0-restart-capacity"), "E"
    ),
    **dict.fromkeys(("equipment", "housing-adaptations"), "F"),
    **dict.fromkeys(
        ("choice-discussions", "self-funded-arrangements", "family-concerns"), "G"
    ),
    **dict.fromkeys(
        ("housing-arrangements", "no-recourse", "housing-capacity", "destination-readiness"), "I"
    ),
}  # fmt: skip
"""The older code of each current reason: our own reading, as no official list joins the two.

A place in a care home is put under Di (residential): the current reasons do not tell nursing homes
apart. Reasons without an older counterpart are O.
"""


def _reasons(group: ReasonGroup, *rows: tuple[str, str, Body]) -> dict[str, Reason]:
    return {
        code: Reason(code, title, group, body, DTOC_CODE.get(code, "O"))
        for code, title, body in rows
    }


REASONS: dict[str, Reason] = {
    **_reasons(
        "hospital process",
        ("decision-to-discharge", "Formal decision to discharge, results included", "NHS"),
        ("medical-review", "Medical review of need for supported discharge", "NHS"),
        ("therapy-review", "Therapy review of need for supported discharge", "NHS"),
        ("referral-to-hub", "Referral to care transfer hub", "NHS"),
        ("medicines-and-letter", "Medicines, discharge letter or other documents", "NHS"),
        ("transport", "Patient transport", "NHS"),
        ("infection-control", "Infection prevention and control restrictions", "NHS"),
    ),
    **_reasons(
        "care transfer hub process",
        ("needs-and-pathway", "Confirmation of immediate care needs and pathway", "both"),
        ("hub-referrals", "Referrals by care transfer hub", "both"),
        ("funding-eligibility", "Confirmation of funding eligibility", "both"),
    ),
    **_reasons(
        "interface process",
        ("p1-rehabilitation-arrangements", "Home-based rehabilitation under arrangement", "NHS"),
        ("p1-social-care-arrangements", "Home-based social care under arrangement", "social care"),
        ("p1-health-arrangements", "Home-based community health under arrangement", "NHS"),
        ("p2-arrangements", "Bed-based rehabilitation under arrangement", "NHS"),
        ("p3-arrangements", "Residential or nursing care under arrangement", "social care"),
        ("end-of-life-arrangements", "End of life care under arrangement", "NHS"),
        ("provider-action", "Further action requested by agreed provider", "both"),
        ("choice-discussions", "Patient, family or carer choice discussions", "both"),
        ("self-funded-arrangements", "Self-funded care under arrangement", "social care"),
        ("out-of-area", "Out of area discharge not completed", "both"),
        ("housing-arrangements", "Housing for homelessness under arrangement", "social care"),
        ("no-recourse", "Homeless with no recourse to public funds", "social care"),
        ("admission-hours", "Space free, but the setting is not admitting (our own code)", "both"),
        ("unspecified", "Process not split further by its source (our own code)", "both"),
    ),
    **_reasons(
        "capacity",
        ("p0-restart-capacity", "Restart of existing social care (P0)", "social care"),
        ("p1-rehabilitation-capacity", "Home-based rehabilitation not available (P1)", "both"),
        ("p1-social-care-capacity", "Home-based social care not available (P1)", "social care"),
        ("p1-health-capacity", "Home-based community health not available (P1)", "NHS"),
        ("p2-capacity", "Bed-based rehabilitation not available (P2)", "NHS"),
        ("p3-capacity", "Residential or nursing care not available (P3)", "social care"),
        ("end-of-life-capacity", "End of life care not available (P1 or P3)", "NHS"),
        ("equipment", "Equipment and training not delivered (P1 to P3)", "both"),
        ("housing-adaptations", "Housing adaptations not completed", "social care"),
        ("housing-capacity", "Housing provision not available", "social care"),
        ("mental-health-capacity", "Mental health inpatient care not available (P2)", "NHS"),
        ("next-ward", "No space in the next ward or unit (our own code)", "NHS"),
    ),
    **_reasons(
        "wellbeing",
        ("mental-capacity", "Determination of mental capacity", "both"),
        ("safeguarding", "Safeguarding concern", "both"),
        ("destination-readiness", "Discharge destination not ready", "both"),
        ("family-concerns", "Patient, family or carer concerns over readiness", "both"),
    ),
}

CAPACITY_REASON: dict[Pathway | None, str] = {
    None: "next-ward",
    "P0": "p0-restart-capacity",
    "P1": "p1-rehabilitation-capacity",
    "P2": "p2-capacity",
    "P3": "p3-capacity",
}
"""The reason for waiting for a space, by pathway, unless the setting names another."""
