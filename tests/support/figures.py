"""What a benchmark measured, each figure beside its limit."""

from __future__ import annotations


class Figures:
    """Prints each figure beside its limit, and counts those beyond."""

    def __init__(self) -> None:
        self.beyond = 0

    def tell(self, what: str, value: float | str, limit: str = "", *, is_well: bool = True) -> None:
        self.beyond += not is_well
        told = f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else value
        print(f"   {what:<58} {told:>12}  {limit:<16} {'' if not limit else 'ok' if is_well else 'BEYOND'}", flush=True)

    def at_most(self, what: str, value: float, limit: float, unit: str = "") -> None:
        self.tell(what, value, f"at most {limit:g}{unit}", is_well=value <= limit)

    def exactly(self, what: str, value: int, wanted: int) -> None:
        self.tell(what, f"{value:,}", f"exactly {wanted:,}", is_well=value == wanted)
