"""A Bot API server answers whatever it is sent: no structure, however odd, may break the sandbox."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telegram_stage import on_stage

METHODS = ("sendMessage", "sendMediaGroup", "editMessageText", "setMessageReaction", "setMyCommands")
STRUCTURES = (
    *("entities", "reply_parameters", "link_preview_options", "reply_markup", "media", "reaction"),
    *("scope", "commands", "text", "allowed_updates", "chat_id", "message_id"),
)
KEYS = (
    *("message_id", "type", "text", "offset", "length", "emoji", "callback_data", "command", "description"),
    *("inline_keyboard", "keyboard", "chat_id", "is_disabled", "caption", "media", "caption_entities"),
)
ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(-9, 9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=8,
)
ENTITY = st.fixed_dictionaries({"type": st.just("bold"), "offset": ODD, "length": ODD})
ARGUMENTS = st.dictionaries(st.sampled_from(STRUCTURES), ODD) | st.fixed_dictionaries(
    {"entities": st.lists(ENTITY, max_size=3)}
)


@pytest.mark.slow
def test_no_arguments_of_whatever_form_break_the_server():
    async def scenario(stage):
        loop, statuses = asyncio.get_running_loop(), set()

        async def call(method, args):
            url = f"{stage.telegram.api_url}/bot{stage.telegram.token}/{method}"
            usual = {"chat_id": stage.anna, "message_id": 1, "text": "x"}
            return (await stage.http.post(url, json=usual | args)).status_code

        @settings(max_examples=600)
        @given(st.sampled_from(METHODS), ARGUMENTS)
        def odd(method, args):
            status = asyncio.run_coroutine_threadsafe(call(method, args), loop).result(60)
            statuses.add(status)
            assert status < 500

        await asyncio.to_thread(odd)
        seen = [message.keyboard for message in stage.telegram.chat(stage.anna)]
        return statuses, len(seen) > 1

    assert ({200, 400}, True) == on_stage(scenario)
