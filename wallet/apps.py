"""App configuration."""

from livestream.apps import DomainAppConfig


class WalletConfig(DomainAppConfig):
    name = "wallet"
    verbose_name = "Wallet"
    default = True

    def ready(self) -> None:
        super().ready()
        from livestream.api import profile
        from livestream.demo.users import register_grant
        from wallet import demo, selectors

        profile.register("balance", lambda user: selectors.balance_of(user_id=user.pk))
        register_grant(demo.grant_coins)
