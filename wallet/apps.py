"""App configuration."""

from livestream.apps import DomainAppConfig


class WalletConfig(DomainAppConfig):
    name = "wallet"
    verbose_name = "Wallet"
    default = True

    def ready(self) -> None:
        super().ready()
        from rest_framework.serializers import IntegerField

        from livestream.api import profile
        from livestream.demo.users import register_grant
        from wallet import demo, selectors

        balance = IntegerField(help_text="Coins.")
        profile.register("balance", lambda user: selectors.balance_of(user_id=user.pk), balance)
        register_grant(demo.grant_coins)
