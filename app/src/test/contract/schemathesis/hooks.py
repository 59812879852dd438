"""A payload is the publisher's bytes, which need not be what their content type says."""

import schemathesis


@schemathesis.hook
def after_call(context, case, response):
    if case.operation.label == "GET /events/{id}/payload" and response.status_code == 200:
        response.headers["content-type"] = ["application/octet-stream"]
