from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from photovideos_studio.farm.dealing import Deal


def test_a_worker_walks_along_neighbouring_pieces() -> None:
    deal = Deal([1] * 4)
    assert [deal.next_for(0) for _ in range(5)] == [0, 1, 2, 3, None]


def test_a_second_worker_takes_the_second_half_of_what_is_left() -> None:
    deal = Deal([1] * 9)
    assert deal.next_for(0) == 0
    assert deal.next_for(1) == 4
    assert deal.next_for(0) == 1


def test_halves_are_of_the_work_and_not_of_the_number_of_pieces() -> None:
    deal = Deal([100, 100, 100, 100, 30, 30, 30, 30])
    assert deal.next_for(0) == 0
    assert deal.next_for(1) == 3
    assert [deal.next_for(0) for _ in range(3)] == [1, 2, 4]  # the other is at a long piece still
    assert deal.next_for(1) == 6


def test_what_a_lost_worker_had_is_made_by_others() -> None:
    deal = Deal([1] * 6)
    assert deal.next_for(0) == 0
    assert deal.next_for(1) == 3
    deal.give_back(1, 3)
    rest = [deal.next_for(0) for _ in range(5)]
    assert sorted(piece for piece in rest if piece is not None) == [1, 2, 3, 4, 5]


@given(st.lists(st.integers(1, 200), max_size=60), st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=200))
def test_every_piece_is_made_exactly_once_whoever_asks_and_whoever_is_lost(
    lengths: list[int], story: list[tuple[int, bool]]
) -> None:
    deal, made = Deal(lengths), []
    for worker, is_lost in story:
        piece = deal.next_for(worker)
        if is_lost:
            deal.give_back(worker, piece)
        elif piece is not None:
            made.append(piece)
    while (piece := deal.next_for(0)) is not None:
        made.append(piece)
    assert sorted(made) == list(range(len(lengths)))
