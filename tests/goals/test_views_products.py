"""GET /ticket_products: what a streamer can sell, and for how much."""

from __future__ import annotations

import pytest

from goals.models import TicketProduct

pytestmark = pytest.mark.django_db


@pytest.fixture
def products():
    TicketProduct.objects.all().delete()
    for price in (500, 200, 350):
        TicketProduct.objects.create(id=f"ticket_{price}", type="show", price=price)


def test_everybody_reads_the_tickets_with_the_cheapest_first(buyer, products):
    answer = buyer.get("/ticket_products")
    assert answer.status_code == 200
    assert answer.json()["results"] == [
        {"id": f"ticket_{price}", "type": "show", "price": price} for price in (200, 350, 500)
    ]


def test_they_come_in_pages(buyer, products):
    first = buyer.get("/ticket_products?page_size=2").json()
    second = buyer.get("/ticket_products" + first["next"]).json()
    assert [each["price"] for page in (first, second) for each in page["results"]] == [200, 350, 500]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_a_parameter_that_is_not_known_is_refused(buyer, products):
    assert buyer.get("/ticket_products?type=show").status_code == 400
