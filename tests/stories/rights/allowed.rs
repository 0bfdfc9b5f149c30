//! The routes that answer, and to whom: each with the reason.

/// For everyone, without a token.
pub const PUBLIC: &[(&str, &str)] = &[
    ("POST /api/auth/register", "how one comes in"),
    ("POST /api/auth/login", "how one comes in"),
    ("POST /api/auth/refresh", "the token is in the body"),
    ("POST /api/auth/ticket", "the ticket is in the body"),
    ("POST /accounts/register/", "how one comes in"),
    ("POST /accounts/login/", "how one comes in"),
    ("POST /payment/webhook/", "a hint, which is not believed; where the gateway signs, its signature is needed"),
    ("GET /courses/major-categories/", "what is taught here"),
    ("GET /courses/major-categories/{major_category_id}/", "what is taught here"),
    ("GET /courses/minor-categories/", "what is taught here"),
    ("GET /courses/minor-categories/{minor_category_id}/", "what is taught here"),
    ("GET /videos/", "what is taught here; of a course with a price, its outline"),
    (
        "GET /videos/{video_id}/",
        "what is taught here; the address at which it plays is for those who are in the course",
    ),
    ("GET /api/school", "what the school is called"),
    ("GET /api/school/logo", "its picture"),
    ("POST /api/setup", "the secret of the printed link is in the body"),
    ("POST /api/setup/check", "whether that secret is still good"),
    ("GET /api/lectures", "what is taught here"),
    ("GET /api/lectures/{lecture_id}", "what is taught here"),
    ("GET /api/sessions/{session_code}", "whoever has the code may look what it is"),
    ("POST /api/sessions/{session_code}/guest", "a senior scans the QR, types a name, and is in"),
    ("GET /api/v1/courses", "what is taught here"),
    ("GET /api/v1/courses/{course_id}", "what is taught here"),
    ("GET /api/v1/courses/{course_id}/classes", "when, and how many seats there are"),
    ("GET /api/v1/courses/{course_id}/classes/{class_id}", "when, and how many seats there are"),
    ("GET /qr/{file}", "a picture of what was sent along"),
    ("GET /qr/l/{file}", "a picture of what was sent along"),
    ("GET /certificates", "the page on which anyone checks one"),
    ("GET /certificates.json", "whoever holds the paper has its number and code"),
    ("GET /certificates/key", "it is made to be known"),
    ("GET /certificates/{file}", "whoever has its UUID was given it"),
    ("GET /certificates/{certificate_number}/verify", "the page on which anyone checks one"),
    (
        "GET /api/v1/bc-006/learning/certifications/verify/{certificate_number}",
        "whoever holds the paper has its number and code",
    ),
    ("GET /healthz", "for the people who run it"),
    ("GET /readyz", "for the people who run it"),
    ("GET /metrics", "for the people who run it; counts only"),
    ("GET /openapi.json", "the document"),
];

/// For everyone who has signed in.
pub const SIGNED_IN: &[(&str, &str)] = &[
    ("POST /api/auth/logout", "one's own login"),
    ("GET /api/auth/me", "one's own profile"),
    ("PUT /api/auth/me", "one's own profile"),
    ("GET /accounts/profile/", "one's own profile"),
    ("PUT /accounts/profile/", "one's own profile"),
    ("GET /accounts/activity/", "one's own logins"),
    ("POST /accounts/logout/", "one's own login"),
    ("DELETE /accounts/delete/", "one's own account"),
    ("GET /payment/user-payments/", "one's own payments"),
    ("GET /api/tasks/{task_id}", "what a published lecture teaches is no secret; of one with a price, its outline"),
    ("GET /progress/", "one's own progress"),
    ("GET /progress/overall/", "one's own progress"),
    ("POST /api/notifications/read", "what one was told oneself"),
    ("POST /api/logs/activity", "what one did oneself"),
    ("POST /api/logs/batch", "what one did oneself"),
    ("GET /api/v1/bc-006/learning/courses", "what is taught here"),
    ("GET /api/v1/bc-006/learning/courses/{course_id}", "what is taught here"),
    ("POST /api/v1/bc-006/learning/paths", "a path of one's own"),
];

/// Lists of one's own, whoever one is: there is nothing of anyone else in them.
pub const OWN_LISTS: &[(&str, &str)] = &[
    ("GET /api/notifications", "what one was told oneself"),
    ("GET /api/v1/enrollments", "a student's own, or those of one's own courses"),
    ("GET /api/v1/enrollments/me", "one's own"),
    ("GET /courses/enrollments/", "a student's own, or those of one's own courses"),
    ("GET /missions/multiple-choice-questions/", "what one is asked, or those of one's own courses"),
    ("GET /missions/code-submission-questions/", "what one is asked, or those of one's own courses"),
    ("GET /missions/submissions/user/mcqs/", "one's own"),
    ("GET /api/v1/bc-006/learning/my-enrollments", "one's own"),
    ("GET /api/v1/bc-006/learning/progress/summary", "one's own"),
    ("GET /api/v1/bc-006/learning/my-certifications", "one's own"),
    ("GET /api/v1/bc-006/learning/my-paths", "one's own"),
];

/// … of an instructor.
pub const INSTRUCTORS_OWN_LISTS: &[(&str, &str)] = &[
    ("GET /api/dashboard/help-requests/pending", "calls from one's own lectures"),
    ("GET /api/v1/attendance/requests", "what waits in one's own courses"),
    ("GET /missions/submissions/all/mcqs/", "answers in one's own courses"),
];

/// For every student.
pub const STUDENTS: &[(&str, &str)] = &[
    ("POST /api/v1/enrollments", "anyone may apply"),
    ("POST /courses/enrollments/", "anyone may apply"),
    ("GET /payment/info/{major_category_id}/", "anyone may order what has a price"),
    ("POST /api/lectures/{lecture_id}/enroll", "anyone may apply"),
    ("POST /api/v1/bc-006/learning/courses/{course_id}/enroll", "anyone may apply"),
    ("POST /api/sessions/{session_id}/join", "anyone may come in through an open door"),
];

/// For every instructor.
pub const INSTRUCTORS: &[(&str, &str)] = &[
    ("POST /api/lectures", "a lecture of one's own"),
    ("POST /api/v1/courses", "a course of one's own"),
    ("POST /api/v1/bc-006/learning/courses", "a course of one's own"),
    ("POST /courses/major-categories/", "a course of one's own"),
];

/// For a student who is in the class.
pub const IN_CLASS: &[(&str, &str)] = &[
    ("GET /api/sessions/my-active", "where one is"),
    ("GET /api/sessions/{session_id}/current", "the class one is in"),
    ("GET /api/sessions/{session_id}/events", "the students' events of the class one is in"),
    ("GET /api/sessions/{session_id}/steps", "the class one is in"),
    ("POST /api/sessions/{session_id}/leave", "one's own place"),
    ("GET /api/progress/me", "one's own progress"),
    ("POST /api/progress/update", "one's own progress"),
    ("POST /videos/progress/", "one's own progress"),
    ("POST /api/help/request", "one's own call"),
    ("POST /api/attendance/request", "a request that the instructor decides"),
    ("POST /api/attendance/student/view", "one's own attendance"),
    ("GET /missions/{mission_id}/", "what the class is asked"),
    ("GET /missions/multiple-choice-questions/{question_id}/", "what the class is asked"),
    ("POST /missions/multiple-choice-questions/{question_id}/", "one's own attempt"),
    ("GET /missions/code-submission-questions/{code_question_id}/", "what the class is asked"),
    ("GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/", "what the class is asked"),
    ("GET /missions/major/{major_id}/{minor_id}/{mid_or_final}/cs/", "what the class is asked"),
    ("GET /api/v1/assessments/{assessment_id}", "what the class is asked"),
    ("GET /api/v1/assessments/course/{course_id}/class/{class_id}", "what the class is asked"),
    ("PUT /api/v1/bc-006/learning/courses/{course_id}/rating", "what one thinks of one's course"),
    ("DELETE /api/v1/bc-006/learning/courses/{course_id}/enroll", "one's own place"),
    ("GET /api/v1/bc-006/learning/assessments/{assessment_id}", "what the class is asked"),
    ("POST /api/v1/bc-006/learning/assessments/{assessment_id}/start", "one's own attempt"),
    ("GET /api/v1/bc-006/learning/assessments/{assessment_id}/my-history", "one's own attempts"),
];

/// For a student about something that is theirs: it is named, and a class mate could name it too.
pub const ONES_OWN: &[(&str, &str)] = &[
    ("GET /api/progress/users/{user_id}/lectures/{lecture_id}", "one's own progress"),
    ("GET /api/help/request/{help_request_id}", "one's own call"),
    ("POST /api/help/request/{help_request_id}/resolve", "one's own call"),
    ("POST /api/help/request/{help_request_id}/withdraw", "one's own call"),
    ("POST /api/help/feedback", "one's own answer"),
    ("GET /api/v1/enrollments/{enrollment_id}", "one's own application"),
    ("PATCH /api/v1/enrollments/{enrollment_id}/cancel", "one's own application"),
    ("GET /courses/enrollments/{enrollment_id}/", "one's own application"),
    ("DELETE /courses/enrollments/{enrollment_id}/", "one's own application"),
    ("POST /courses/enrollments/{enrollment_id}/complete/", "what the rule gives, where the course completes itself"),
    ("POST /api/v1/enrollments/{enrollment_id}/payment", "a report that staff confirm"),
    ("GET /payment/detail/{payment_id}/", "one's own payment"),
    ("POST /api/v1/progress", "one's own progress"),
    ("GET /api/v1/progress/{progress_id}", "one's own progress"),
    ("PATCH /progress/update/{user_progress_id}/", "one's own progress"),
    ("GET /progress/video/{video_id}/", "one's own progress"),
    ("GET /api/v1/progress/enrollment/{enrollment_id}", "one's own progress"),
    ("PATCH /api/v1/progress/start", "one's own progress"),
    ("PATCH /api/v1/progress/complete", "one's own progress"),
    ("GET /api/v1/attendance/{attendance_id}", "one's own mark"),
    ("GET /api/v1/attendance/enrollment/{enrollment_id}", "one's own marks"),
    ("GET /api/v1/assessments/{assessment_id}/results/{result_id}", "one's own result"),
    ("GET /api/v1/assessments/results/enrollment/{enrollment_id}", "one's own results"),
    ("GET /api/v1/bc-006/learning/assessments/{assessment_id}/results/{result_id}", "one's own result"),
    ("GET /api/v1/completions/{completion_id}", "one's own completion"),
    ("GET /api/v1/completions/enrollment/{enrollment_id}", "one's own completion"),
    ("GET /api/v1/completions/certificate/{certificate_no}", "one's own certificate"),
    ("GET /api/v1/bc-006/learning/progress/{progress_id}", "one's own progress"),
    ("POST /api/v1/bc-006/learning/progress/{progress_id}/start", "one's own progress"),
    ("POST /api/v1/bc-006/learning/progress/{progress_id}/access", "one's own progress"),
    ("POST /api/v1/bc-006/learning/progress/{progress_id}/modules/{module_id}/complete", "one's own progress"),
    ("POST /api/v1/bc-006/learning/progress/{progress_id}/materials/{material_id}/view", "one's own progress"),
    ("GET /api/v1/bc-006/learning/certifications/{certification_id}", "one's own certificate"),
    ("GET /api/v1/bc-006/learning/paths/{path_id}", "one's own path"),
    ("GET /api/v1/bc-006/learning/paths/{path_id}/next-course", "one's own path"),
    ("GET /api/v1/bc-006/learning/paths/{path_id}/estimate", "one's own path"),
    ("POST /api/v1/bc-006/learning/paths/{path_id}/adjust", "one's own path"),
];

pub type Allowed = &'static [(&'static str, &'static str)];
