"""What Docker takes as the place of images."""

import pytest

from composefile.image_names import is_registry


@pytest.mark.parametrize(
    "place",
    [
        *("registry.example", "registry.example:5000/coins", "localhost:5000", "someone"),
        *("my_user", "my_user/coins", "[::1]:5000", "[2001:db8::1]/a"),
    ],
)
def test_a_place_of_images_is_taken(place: str) -> None:
    assert is_registry(place)


@pytest.mark.parametrize(
    "place", ["https://r.example", "r R", "r.example/Coins", "my_user:5000", "a//b", "", "[::1"]
)
def test_what_is_no_place_is_not(place: str) -> None:
    assert not is_registry(place)
