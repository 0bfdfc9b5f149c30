"""What the document cannot say: which things exist, and which valid requests the state of the school refuses.

A valid request gets ids of things that are there (`world.py` has made them), else every one would end at 404.
"""

import atexit
import base64
import json
import os
import random
import zlib

import schemathesis
from hypothesis import strategies as st
from schemathesis.checks import load_all_checks

try:  # where it is differs between versions
    from schemathesis.core import NotSet
except ImportError:  # pragma: no cover
    from schemathesis.types import NotSet

with open(os.environ["SCHOOL"], encoding="utf-8") as file:
    SCHOOL = json.load(file)

# These take something away, or change who someone is: they get things that nothing else stands on.
TAKES_AWAY = ("/archive", "/end", "/erase", "/role", "/change-role/{user_id}/", "/password-reset", "/student-no", "/remove", "/cancel", "/reject", "/refund")

# Refused with 400 although the schema allows it, each because of what is stored or of two values together, for which
# JSON Schema has no words. Everything else that is valid must be taken.
DEPENDS = (
    "it belongs to another",  # a step of another lecture, contents of another course
    "it is no class of this course",
    "there is no such course",
    "that course needs this one",  # a circle of prerequisites
    "this course does not have it",  # a module of another course
    "it is of another",  # an enrollment in another course or class
    "nobody in this class",
    "the class has no such meeting on that day",
    "it is outside the dates of the class",
    "it is on another day than the class",
    "it is before",  # an end before its beginning
    "at most 366 days",  # from the first to the last day of a dashboard
    "it is above total_score",
    "it is above maxScore",
    "from 0 to ",  # a score above the total of its assessment
    "one passes from",  # pass_yn that contradicts the score
    "the lecture has no steps yet",
    "this is the last step",
    "it is needed",  # which step, before there is a current one; a refresh token where no cookie has one
    "a reason is needed when it is forced",  # a memo that the record lacks
    "needed together with an e-mail address or a phone number",
    "an e-mail address or a phone number must remain",
    "needed to change how this account signs in",
    "it is not the current password",
    "it is not the same as the password",
    "name the student in one way",
    "it is the same participant",
    "it is no key of a session",
    "two options have the same id",
    "it has no such option",
    "one of its options is needed",
    "more answers than blanks",
    "one text is needed",
    "each blank needs its right answer",
    "a right answer is needed",
    "at most 16 KiB",  # of JSON
    "a log has at most",  # so many bytes
    "it is not the course of this order",
    "it is not the amount of this order",
    "the payment service does not know it",
    "it is no form",  # a notice of a payment gateway
    "address is needed, or a file",  # of a video
    "an address or a file, not both",
    "a file has a name",  # more than the path before it
    "the size of the file is needed",  # with its name
    "a test case or an example_output is needed",
    "a mission is the midterm or the final, not both",
    "a piece ends after it begins",  # of a video that was watched
    # Schemathesis fills in a key that the schema wants to be null where the other one is given.
    "either enrollment_id or user_id is needed",
    "there is no such picture",
    ".size: missing field `size`",  # of a mark: what its kind needs
    ".to_x: missing field `to_x`",
    ".to_y: missing field `to_y`",
    ".number: missing field `number`",
    "the class is not there yet",  # at the step whose results are shown
    "the question has no right answer",
    "there is no such time on that day",
    "that time is over",
    "two to five options are needed",  # of a question of kind CHOICE
    "the answer does not fit the question",
)


def things(operation, name):
    """The ids that may stand for a parameter or key of this name."""
    path = operation.path
    if name == "file":
        name = "picture_file" if path.startswith("/pictures/") else "poster" if path.startswith("/qr/l/") else "qr" if path.startswith("/qr/") else "paper"
    if name == "session_code" and operation.method.upper() == "PUT":
        name = "session_id"
    if "/participants/" in path and name in ("user_id", "session_id"):  # of the live session, and asked for nowhere else
        return SCHOOL["kept"]["guests"] if name == "user_id" else SCHOOL["kept"]["session_id"][:1]
    if name == "enrollment_id" and path.endswith(("/approve", "/approve-waiting", "/reject")):
        return SCHOOL["kept"]["undecided"]
    takes = operation.method.upper() == "DELETE" or path.endswith(TAKES_AWAY)
    if takes and name != "course_id":
        return SCHOOL["away"].get(name, [])
    return SCHOOL["kept"].get(name, [])


def put_in(operation, chance, node):
    """Gives the ids of a body or of parameters to things that are there, most of the time."""
    if isinstance(node, dict):
        for name, value in node.items():
            if isinstance(value, (dict, list)):
                if name == "student_ids" and value and chance.random() < 0.5:
                    node[name] = [chance.choice(SCHOOL["kept"]["user_id"]) for _ in value[:3]]
                elif name not in ("event_data", "screen_info", "context_data", "payment_info"):
                    put_in(operation, chance, value)
                continue
            known = things(operation, name)
            if value is not None and known and chance.random() < 0.75:
                found = chance.choice(known)
                node[name] = str(found) if isinstance(value, str) else found
    elif isinstance(node, list):
        for part in node:
            put_in(operation, chance, part)


@schemathesis.hook
def before_call(context, case, kwargs):
    shown = f"{case.operation.label} {case.path_parameters} {case.query} {case.body if not isinstance(case.body, NotSet) else ''}"
    chance = random.Random(zlib.crc32(shown.encode("utf-8", "surrogatepass")))
    negative = case.meta is not None and case.meta.is_negative_at
    for place, node in (("path", case.path_parameters), ("query", case.query), ("body", case.body)):
        location = next((l for l in (case.meta.components if case.meta else {}) if l.name.lower().startswith(place)), None)
        if node and isinstance(node, (dict, list)) and not (location and negative(location)):
            put_in(case.operation, chance, node)
    # The academy says in the caller's language what is wrong, and `DEPENDS` knows the reasons in English.
    if case.headers is not None and "Accept-Language" not in case.headers:
        case.headers["Accept-Language"] = "en"


# To make texts out of long patterns takes Hypothesis minutes. That these patterns and the checks are one is held by a test
# of `src/surfaces/texts.rs`, letter by letter; here they are left out, and texts that fit come out of plain alphabets.
# Files of pictures, slides and lessons cannot be described. What a picture is, its content tells, whatever the request calls it.
for kind in ("image/png", "image/jpeg", "image/webp"):
    schemathesis.openapi.media_type(kind, st.just(base64.b64decode(SCHOOL["png"])))
schemathesis.openapi.media_type("application/pdf", st.just(base64.b64decode(SCHOOL["pdf"])))
schemathesis.openapi.media_type("application/zip", st.just(base64.b64decode(SCHOOL["zip"])))

LETTERS = st.sampled_from("김순자이박강가나다髙橋さくらАлмаAdaOz0189 .-'")
TEXTS = {
    "Name": st.builds("가{}".format, st.text(LETTERS, max_size=60)),
    "Reason": st.builds("병{}".format, st.text(max_size=100).map(lambda text: text.replace("\0", ""))),
}
for name, texts in TEXTS.items():
    schemathesis.openapi.format(f"gyosil-{name.lower()}", texts)


@schemathesis.hook
def before_load_schema(context, raw_schema):
    def lighten(node):
        if isinstance(node, dict):
            if node.get("pattern") == r"^[^\x00]*$":  # `allow-x00` is off; stories tell of it
                del node["pattern"]
            for part in node.values():
                lighten(part)
        elif isinstance(node, list):
            for part in node:
                lighten(part)

    lighten(raw_schema)
    for name in TEXTS:
        schema = raw_schema["components"]["schemas"][name]
        del schema["pattern"]
        schema["format"] = f"gyosil-{name.lower()}"


DONE = {"requests": 0, "operations": {}}


@schemathesis.hook
def after_call(context, case, response):
    """Counts what was really done: a run in which nothing is would find nothing."""
    DONE["requests"] += 1
    if response.status_code < 300:
        label = case.operation.label
        DONE["operations"][label] = DONE["operations"].get(label, 0) + 1


@atexit.register
def tell():
    with open(os.environ["DONE"], "w", encoding="utf-8") as file:
        json.dump(DONE, file)


_positive = None


@schemathesis.check
def invalid_requests_are_refused(ctx, response, case):
    """As `negative_data_rejection`, but a body that is too large is refused as such, and a parameter without a value counts as
    left out: the document says so."""
    if response.status_code == 413:
        return None
    if any(value in ("", [""]) for value in (case.query or {}).values()):
        return None
    from schemathesis.specs.openapi.checks import negative_data_rejection as found

    return found(ctx, response, case)


@schemathesis.check
def valid_requests_are_taken(ctx, response, case):
    """As `positive_data_acceptance`, but for what depends on the state of the school."""
    global _positive
    if response.status_code == 400 and case.meta is not None and case.meta.generation.mode.is_positive:
        # Its seed knows no 404 and no 409: what is not there, or cannot be now, is 400 on this surface.
        if case.operation.path.startswith("/api/attendance/"):
            return None
        text = response.content.decode("utf-8", "replace")
        if any(reason in text for reason in DEPENDS):
            return None
    if _positive is None:
        load_all_checks()
        from schemathesis.specs.openapi.checks import positive_data_acceptance as _found

        _positive = _found
    return _positive(ctx, response, case)
