"""What a worker keeps while Redis is away, and what it gives up."""

from dockercoins.worker.account import COINS_AT_ONCE, COINS_KEPT, Account


def found(account: Account, coins: int, first: int = 1) -> None:
    for number in range(first, first + coins):
        account.enter(f"0{number}", b"bytes")


def test_units_are_one_number_and_coins_come_in_pieces() -> None:
    account = Account()
    found(account, COINS_AT_ONCE + 3)
    account.enter("6", b"bytes")
    totals = account.totals()

    assert (totals.units, len(totals.coins)) == (COINS_AT_ONCE + 4, COINS_AT_ONCE)
    assert totals.coins[0][0] == "01"
    account.confirm(totals.units, totals.coins_told)
    assert [digest for digest, _ in account.totals().coins] == ["0501", "0502", "0503"]
    assert not account.settled()


def test_coins_that_find_no_place_are_counted_as_lost() -> None:
    account = Account()
    found(account, COINS_KEPT + 7)
    totals = account.totals()

    assert totals.units == COINS_KEPT + 7
    assert totals.coins_lost == 7
    assert totals.coins[0][0] == "08"
    account.confirm(totals.units, totals.coins_told)
    assert account.totals().coins_lost == 7


def test_coins_that_redis_has_are_not_lost_when_they_find_no_place() -> None:
    account = Account()
    found(account, COINS_KEPT)
    account.confirm(COINS_KEPT, COINS_KEPT)
    found(account, 7, COINS_KEPT + 1)

    assert account.totals().coins_lost == 0
    assert len(account.totals().coins) == 7


def test_a_redis_that_lost_coins_is_told_those_that_are_kept() -> None:
    account = Account()
    found(account, 5)
    account.confirm(5, 5)
    assert account.settled()
    account.confirm(5, 2)

    assert [digest for digest, _ in account.totals().coins] == ["03", "04", "05"]
    assert not account.settled()


def test_a_closed_account_takes_nothing_in() -> None:
    account = Account()
    account.close()
    found(account, 1)

    assert account.totals().units == account.waiting() == 0
