"""The JSON schema of what people write, for editors and other programs."""

from __future__ import annotations

from typing import Any

from rumorsim.common.settings.shapes import meaning_of
from rumorsim.graphs.config import GRAPH_CONFIGS
from rumorsim.scenario.models import Scenario


def json_schema() -> dict[str, Any]:
    """JSON schema (draft 2020-12) of a scenario; every property has a description."""
    schema = Scenario.model_json_schema(by_alias=True, mode="validation")
    for shape in [schema, *schema["$defs"].values()]:
        for name, each in shape["properties"].items():
            model = GRAPH_CONFIGS.get(each.get("const", ""))
            if model is not None and "description" not in each:
                each["description"] = meaning_of(model, name)
    # As people write it a replay needs no more than [replay]; what follows from it is written then.
    needed = schema.pop("required")
    schema["anyOf"] = [{"required": needed}, {"required": ["replay"]}]
    schema["$defs"]["Replay"]["properties"]["follows"] = {
        "type": "string",
        "description": "a file of follows, follower first: the same as [graph] with this file",
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "rumorsim scenario",
    }
