"""A school in which every kind of thing exists, made through the API; the ids of its things go to the hooks."""

import base64
import io
import json
import struct
import time
import urllib.error
import urllib.request
import zipfile
import zlib

PASSWORD = "securePassword123"


class Person:
    def __init__(self, base, token=None, id=None):
        self.base, self.token, self.id = base, token, id

    def ask(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except urllib.error.HTTPError as refused:
            raise SystemExit(f"{method} {path}: {refused.code} {refused.read().decode()}") from None

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, {} if body is None else body)

    def signs_in(self, email):
        login = Person(self.base).post("/api/auth/login", {"email": email, "password": PASSWORD})
        return Person(self.base, login["access_token"], login["user"]["id"])


def png():
    """A picture of four pixels."""

    def chunk(name, content):
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes(6)) * 2)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def pdf():
    """A page with nothing on it."""
    objects = ("<</Type /Catalog /Pages 2 0 R>>", "<</Type /Pages /Kids [3 0 R] /Count 1>>", "<</Type /Page /Parent 2 0 R /MediaBox [0 0 90 160]>>")
    file, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += f"{number} 0 obj\n{content}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return file + f"xref\n0 4\n0000000000 65535 f \n{table}trailer\n<</Size 4 /Root 1 0 R>>\nstartxref\n{len(file)}\n%%EOF\n".encode()


def lesson():
    """A small lesson as a file, as other programs pack it."""
    step = {"title": "사진 고르기", "pictures": [{"file": "pictures/1.png"}]}
    texts = {"format": "gyosil-lesson", "version": 1, "title": "사진 보내기", "tasks": [{"title": "보내기", "steps": [step]}]}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("lesson.json", json.dumps(texts))
        parts.writestr("pictures/1.png", png())
    return file.getvalue()


def settles(ask, is_so):
    """Waits for what a background task brings about."""
    for _ in range(100):
        answer = ask()
        if is_so(answer):
            return answer
        time.sleep(0.1)
    raise SystemExit(f"this did not settle: {answer}")


def lecture(teacher, title):
    made = teacher.post("/api/lectures", {"title": title})
    steps = []
    for task in ("메시지 보내기", "사진 보내기"):
        task = teacher.post(f"/api/lectures/{made['id']}/tasks", {"title": task})
        for step in ("앱 열기", "친구 고르기", "보내기"):
            body = {"title": step, "guide_text": "화면 위쪽을 눌러주세요"}
            steps.append((task["id"], teacher.post(f"/api/tasks/{task['id']}/subtasks", body)["id"]))
    klass = teacher.get(f"/api/v1/courses/{made['id']}/classes")["classes"][0]["class_id"]
    tasks = sorted({task for task, _ in steps})
    return {"id": made["id"], "code": made["code"], "poster": made.get("poster_code"), "class": klass, "tasks": tasks, "steps": [step for _, step in steps]}


def build(base, admin_email):
    """Makes the school. Answers who may act in it, and what is there: `kept` for all, `spare` for what takes things away."""
    admin = Person(base).signs_in(admin_email)

    def joins(name, number, role=None):
        email = f"{name}{number}@example.com"
        made = Person(base).post("/api/auth/register", {"email": email, "password": PASSWORD, "name": f"{name} {number}"})
        if role:
            admin.ask("PATCH", f"/api/admin/people/{made['id']}/role", {"role": role})
        return Person(base).signs_in(email)

    teacher = joins("teacher", 1, "INSTRUCTOR")
    student = joins("student", 1)
    others = [joins("other", n) for n in range(1, 6)]
    spares = [joins("spare", n) for n in range(1, 9)]
    main, spare = lecture(teacher, "카카오톡 기초"), lecture(teacher, "사진 찍기")
    empties = [lecture(teacher, f"연습 {n}") for n in range(1, 4)]
    paid = teacher.post("/api/v1/courses", {"title": "지도자 과정", "price": 50000})["course_id"]
    kept, away = {}, {}

    def enrols(person, course):
        return person.post("/api/v1/enrollments", {"course_id": course})["enrollment_id"]

    mine = enrols(student, main["id"])
    enrolled = [enrols(person, main["id"]) for person in others]
    kept["enrollment_id"] = [mine, enrolled[0], enrols(student, paid)]
    order = others[0].get(f"/payment/info/{paid}/")
    kept["payment_id"], kept["merchant_uid"] = [order["payment_id"]], [order["merchant_uid"]]
    away["enrollment_id"] = enrolled[2:] + [enrols(person, spare["id"]) for person in spares]
    # One that nobody admits by itself, with one seat: it is decided upon, and there is a line.
    picky = teacher.post("/api/v1/courses", {"title": "소수 정예"})["course_id"]
    seat = teacher.get(f"/api/v1/courses/{picky}/classes")["classes"][0]["class_id"]
    teacher.ask("PUT", f"/api/v1/courses/{picky}/classes/{seat}", {"approval": "MANUAL", "capacity": 2})
    kept["undecided"] = [enrols(person, picky) for person in spares[:4]]

    def opens(course):
        return teacher.post(f"/api/lectures/{course['id']}/sessions")

    live, waiting, *ending = [opens(main)] + [opens(spare) for _ in range(5)]
    for session in (live, ending[0]):
        for person in (student, *others[:3]):
            person.post(f"/api/sessions/{session['session_id']}/join")
    guests = [Person(base).post(f"/api/sessions/{live['session_code']}/guest", {"name": f"손님 {n}"}) for n in range(1, 6)]
    kept["guests"] = [guest["user"]["id"] for guest in guests]
    teacher.post(f"/api/sessions/{live['session_id']}/start")
    kept["session_id"] = [live["session_id"], waiting["session_id"]]
    away["session_id"] = [session["session_id"] for session in ending]
    kept["session_code"] = [live["session_code"], waiting["session_code"]]

    step = main["steps"][0]
    for person in (student, others[0]):
        person.post("/api/progress/update", {"subtask_id": step, "status": "COMPLETED"})
    asked = [person.post("/api/help/request", {"subtask_id": main["steps"][1]})["help_request_id"] for person in (student, others[0])]
    for request in asked:
        settles(lambda: teacher.get(f"/api/help/request/{request}"), lambda view: view["status"] != "ANALYZING")
        view = teacher.post(f"/api/help/request/{request}/respond", {"help_type": "TEXT", "help_content": "위쪽을 눌러보세요"})
        kept.setdefault("help_response_id", []).append(view["help_response"]["id"])
    kept["help_request_id"] = asked
    kept["class_question_id"] = [student.post(f"/api/sessions/{live['session_id']}/questions", {"text": "사진은 어디에 있나요?"})["question_id"]]
    kept["progress_id"] = [p["progress_id"] for p in student.get(f"/api/v1/progress/enrollment/{mine}")["progresses"]]

    exam = {"course_id": main["id"], "assessment_name": "중간 평가", "assessment_type": "MIDTERM"}
    exams = [teacher.post("/api/v1/assessments", exam)["assessment_id"] for _ in range(3)]
    kept["assessment_id"], away["assessment_id"] = exams[:1], exams[1:]
    results = [teacher.post(f"/api/v1/assessments/{exams[0]}/results", {"enrollment_id": one, "score": 70}) for one in (mine, enrolled[0])]
    kept["result_id"] = [result["result_id"] for result in results]

    marks = teacher.post("/api/v1/attendance", {"enrollment_id": mine, "class_date": "2025-03-03", "attendance_type": "ABSENT"})
    kept["attendance_id"] = [marks["attendance_id"]]
    student.post("/api/attendance/request", {"lecSerial": main["code"], "sessionNumber": marks["attendance"]["session_number"], "requestReason": "병원 진료"})
    forced = {"force": True, "memo": "우수"}
    done = [teacher.post("/api/v1/completions", {"enrollment_id": one, **forced})["completion_id"] for one in (mine, enrolled[0])]
    kept["completion_id"], away["completion_id"] = done, done[1:]
    certificate = teacher.post(f"/api/v1/completions/{done[0]}/certificate")
    kept["certificate_no"] = kept["certificate_number"] = kept["number"] = [certificate["certificate_no"]]
    uuid = certificate["certificate_url"].rsplit("/", 1)[1]
    kept["certificate_id"] = [uuid]

    kept["lecture_id"] = kept["course_id"] = [main["id"], spare["id"]]
    away["lecture_id"] = [course["id"] for course in empties]
    kept["class_id"] = [main["class"], spare["class"]]
    kept["task_id"], away["task_id"] = main["tasks"], [task for course in empties for task in course["tasks"]]
    kept["subtask_id"], away["subtask_id"] = main["steps"], [step for course in empties for step in course["steps"]]
    kept["user_id"] = [student.id, others[0].id]
    away["user_id"] = [person.id for person in others[3:] + spares]
    kept["instructor_id"] = [teacher.id]
    kept["lecSerial"] = [main["code"]]
    for name in ("content_id", "first_subtask_id", "next_subtask_id"):
        kept[name] = kept["subtask_id"]
    kept["studentIdx"] = kept["student_ids"] = kept["user_id"]
    kept["qr"] = [f"{live['session_code']}.png", f"{live['session_code']}.svg"]
    kept["poster"] = [f"{main['poster']}.png"]
    kept["paper"] = [uuid, f"{uuid}.json", f"{uuid}.pdf"]
    picture = teacher.post(f"/api/lectures/{main['id']}/pictures", png())
    teacher.ask("PUT", f"/api/subtasks/{main['steps'][0]}", {"pictures": [{"picture": picture["picture"]}], "question": {"kind": "NUMBER", "text": "몇 개인가요?"}})
    kept["picture"] = [picture["picture"]]
    kept["picture_file"] = [picture["url"].rsplit("/", 1)[1], picture["small_url"].rsplit("/", 1)[1]]
    notices = [n["id"] for n in teacher.get("/api/notifications")["notifications"]]
    kept["notification_id"] = notices or [1]
    people = {"instructor": teacher, "student": student, "admin": admin}
    files = {kind: base64.b64encode(content).decode() for kind, content in (("png", png()), ("pdf", pdf()), ("zip", lesson()))}
    return people, {"kept": kept, "away": away, "ids": {name: person.id for name, person in people.items()}, **files}
