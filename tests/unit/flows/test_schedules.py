"""The schedules that `facturier up` gives to Prefect."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from flows.schedules import FLOWS, Kept, crons, deployment_of
from models.settings import LearningSettings, PrefectSettings, Settings
from models.settings_review import MailSettings


def test_every_flow_has_its_schedule_and_settings_give_another_or_none() -> None:
    assert crons(Settings(mail=MailSettings(host="mail.example.org", sender="desk@example.org"))).keys() == FLOWS.keys()
    assert "mail" not in crons(Settings())  # without a server there is nothing to do
    own = Settings(prefect=PrefectSettings(schedules={"figures": "*/5 * * * *", "certify": ""}))
    assert crons(own)["figures"] == "*/5 * * * *"
    assert "certify" not in crons(own)
    late = Settings(learning=LearningSettings(hour=23))
    assert crons(late)["train-challenger"] == "0 23 * * *"
    assert "train-challenger" not in crons(Settings(learning=LearningSettings(nightly=False)))


def test_a_schedule_that_is_no_cron_is_refused_at_the_start() -> None:
    with pytest.raises(ValidationError):
        PrefectSettings(schedules={"figures": "daily"})


def test_what_was_paused_on_the_page_stays_paused() -> None:
    made = deployment_of("monitor", "30 5 * * *", Kept(paused=True, active=False))
    assert made.paused
    assert [each.active for each in made.schedules or []] == [False]
    assert deployment_of("monitor", "30 5 * * *", Kept()).schedules[0].active  # type: ignore[index]
