"""Publishes an event with the client that openapi-python-client makes of docs/openapi.json, and reads it."""

import sys

from homing_client import Client
from homing_client.api.events import get_event, publish_event

with Client(base_url=sys.argv[1]) as client:
    receipt = publish_event.sync("client.python", client=client, body={"from": "python"})
    event = get_event.sync(receipt.id, client=client)
    assert event.event_type == "client.python", event
    print("Python published", event.id)
