"""The URLs of the wallet."""

from __future__ import annotations

from django.urls import path

from wallet.views import DepositViewSet, EarningViewSet, WalletViewSet

urlpatterns = [
    path("wallet", WalletViewSet.as_view({"get": "retrieve"}), name="wallet"),
    path("wallet/transfers", WalletViewSet.as_view({"get": "list"}), name="transfers"),
    path("wallet/earnings", EarningViewSet.as_view({"get": "list"}), name="earnings"),
    path("wallet/deposits", DepositViewSet.as_view({"post": "create"}), name="deposits"),
]
