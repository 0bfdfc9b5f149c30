-- One school, one set of facts. Times are milliseconds since 1970 (UTC), dates are YYYY-MM-DD in the school's zone.
-- The file for the other database differs only in the types of ids. Rows that others refer to are not deleted: they get a
-- `deleted_ms`. So nothing cascades.

-- Ids of people and live sessions are drawn at random (clock::random_id): nobody counts through them.
create table people (
  id integer primary key,
  created_ms bigint not null,
  email text,
  phone text,
  password_hash text,
  name text not null,
  nickname text,
  role text not null check (role in ('STUDENT', 'INSTRUCTOR', 'ADMIN')),
  age bigint check (age between 0 and 150),
  digital_level text check (digital_level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED')),
  student_no text,
  title text,
  bio text,
  guest boolean not null default false,
  deleted_ms bigint
);
-- Partial, though a unique index allows many nulls: what PostgreSQL takes for a key that others may refer to is held against
-- everyone who writes a row about this person while it changes.
create unique index people_email on people (email) where email is not null;
create unique index people_phone on people (phone) where phone is not null;
create index people_name on people (name);
create index people_student_no on people (student_no) where student_no is not null;
create index people_age on people (created_ms, id);
create index people_admins on people (id) where role = 'ADMIN';
create index people_staff on people (name, id) where role in ('INSTRUCTOR', 'ADMIN');

-- A device that is signed in, or a ticket that signs one in, once. The row is also the history of the login and outlives its
-- tokens: it began at `created_ms` and ended at `ended_ms`, or at `expires_ms` if nobody signed out.
create table logins (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  device text not null,
  nonce text not null,
  successor_nonce text,
  successor_ms bigint,
  expires_ms bigint not null,
  ended_ms bigint
);
create index logins_person on logins (person, id);
create index logins_device on logins (device);
create index logins_age on logins (expires_ms);
create index logins_tickets on logins (expires_ms) where device = '#ticket';

-- A random salt for each day, and the addresses from which people learned on it, hashed with this salt, and with nobody's name. Both
-- are deleted when the day is over.
create table visit_salts (
  day text primary key,
  salt text not null
);

create table visit_addresses (
  day text not null,
  hash text not null,
  primary key (day, hash)
);

-- The day on which a person learned last, and the one before it on which they learned.
create table last_visits (
  person bigint primary key references people,
  day text not null,
  earlier_day text
);

-- Visits of learners. `latest` counts those who have not learned on a later day, so that its sum over the last days is the
-- number of people who learned in them.
create table visit_days (
  day text primary key,
  students bigint not null default 0,
  views bigint not null default 0,
  addresses bigint not null default 0,
  latest bigint not null default 0
);

-- Sums of days that are over, each made once. Who changes a fact of such a day raises `version` and takes `is_summed` back:
-- then the day is summed anew. `records` are enrollments that learned, `videos` those videos that they watched, `notices`
-- what told of an end of access.
create table school_days (
  day text primary key,
  version bigint not null default 0,
  is_summed boolean not null default false,
  new_people bigint not null default 0,
  payments bigint not null default 0,
  paid bigint not null default 0,
  refunds bigint not null default 0,
  refunded bigint not null default 0,
  completions bigint not null default 0,
  records bigint not null default 0,
  videos bigint not null default 0,
  notices bigint not null default 0
);

create table courses (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  code text not null,
  -- Leads to the session of the moment; on the poster, and known to staff only.
  poster_code text not null,
  title text not null,
  description text not null default '',
  overview text not null default '',
  level text check (level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT')),
  category text check (category <> ''),
  -- A JSON list of objects.
  objectives text not null default '[]',
  minutes bigint check (minutes >= 0),
  instructor bigint not null references people,
  price bigint not null default 0 check (price >= 0),
  status text not null check (status in ('DRAFT', 'REVIEW', 'PUBLISHED', 'ARCHIVED')),
  published_ms bigint,
  archived_reason text,
  access_days bigint check (access_days > 0),
  late_after_min bigint check (late_after_min >= 0),
  needed_rate double precision not null default 75.0 check (needed_rate between 0 and 100),
  weight_attendance bigint not null default 20 check (weight_attendance >= 0),
  weight_progress bigint not null default 20 check (weight_progress >= 0),
  weight_assessment bigint not null default 60 check (weight_assessment >= 0),
  thumbnail_url text,
  -- Beginning of the next class, for those who look at the poster before it.
  next_class_ms bigint,
  auto_help boolean not null default true,
  -- A learner who meets the rule is completed, and gets the certificate, without anyone who decides.
  completes_itself boolean not null default false,
  -- Copies of the number of enrollments and of the average rating, renewed once a minute: lists are sorted by them.
  sorted_enrolled bigint not null default 0,
  sorted_stars double precision not null default 0,
  deleted_ms bigint
);
create unique index courses_code on courses (lower(code));
create unique index courses_poster_code on courses (poster_code);
create index courses_instructor on courses (instructor);
-- The newest first: a draft counts from its creation.
create index courses_newest on courses (coalesce(published_ms, created_ms), id);
create index courses_status on courses (status, coalesce(published_ms, created_ms), id);
create index courses_level on courses (level, coalesce(published_ms, created_ms), id);
create index courses_category on courses (category, coalesce(published_ms, created_ms), id);
-- The most learners first, and the best rated first. Both hold all that the catalogue filters by.
create index courses_enrolled on courses
  (sorted_enrolled, coalesce(published_ms, created_ms), id, status, level, category, instructor, deleted_ms);
create index courses_rated on courses
  (sorted_stars, coalesce(published_ms, created_ms), id, status, level, category, instructor, deleted_ms);

-- Colleagues with whom a course is shared: they lead its lessons beside its instructor.
create table course_teachers (
  course bigint not null references courses,
  person bigint not null references people,
  created_ms bigint not null,
  primary key (course, person)
);
create index course_teachers_person on course_teachers (person);

-- The number of courses of each status, level and category: the catalogue says how many it has in all.
create table course_counts (
  status text not null check (status in ('DRAFT', 'REVIEW', 'PUBLISHED', 'ARCHIVED')),
  level text check (level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT')),
  category text,
  courses bigint not null check (courses >= 0)
);
create unique index course_counts_kind on course_counts (status, coalesce(level, ''), coalesce(category, ''));

-- The part of a course in the sums of a day that is over. A course without a part has no row.
create table course_days (
  course bigint not null references courses,
  day text not null,
  records bigint not null default 0,
  videos bigint not null default 0,
  notices bigint not null default 0,
  primary key (course, day)
);
create index course_days_day on course_days (day);

create table course_prerequisites (
  course bigint not null references courses,
  needs bigint not null references courses check (needs <> course),
  primary key (course, needs)
);
create index course_prerequisites_needs on course_prerequisites (needs);

-- One row, which is held while prerequisites change: of two changes that close a circle together, the second one sees the first.
create table prerequisite_changes (
  id bigint primary key check (id = 1)
);
insert into prerequisite_changes (id) values (1);

-- A tag of a course is a skill that it teaches. `folded` is the name without differences of case, width and white space. The
-- name is a learner's until staff write it (`by_staff`) in a tag or a question.
create table skills (
  id integer primary key autoincrement,
  created_ms bigint not null,
  name text not null,
  folded text not null,
  by_staff boolean not null default false
);
create unique index skills_folded on skills (folded);

create table course_skills (
  course bigint not null references courses,
  skill bigint not null references skills,
  position bigint not null check (position >= 0),
  primary key (course, skill)
);
create index course_skills_skill on course_skills (skill, course);

create table ratings (
  course bigint not null references courses,
  person bigint not null references people,
  created_ms bigint not null,
  updated_ms bigint not null,
  stars bigint not null check (stars between 1 and 5),
  primary key (course, person)
);
create index ratings_person on ratings (person);
create index ratings_stars on ratings (course, stars);

create table classes (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  course bigint not null references courses,
  name text not null,
  is_default boolean not null default false,
  capacity bigint check (capacity > 0),
  starts text,
  ends text,
  approval text not null default 'AUTO' check (approval in ('AUTO', 'MANUAL')),
  total_sessions bigint not null default 0 check (total_sessions >= 0)
);
create index classes_course on classes (course);
create unique index classes_default on classes (course) where is_default;

create table units (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  course bigint not null references courses,
  title text not null,
  description text not null default '',
  position bigint not null check (position >= 0),
  minutes bigint check (minutes >= 0),
  -- A JSON list of texts.
  objectives text not null default '[]',
  criteria text not null default 'VIEW_ALL_MATERIALS'
    check (criteria in ('VIEW_ALL_MATERIALS', 'PASS_ASSESSMENT', 'COMPLETE_REQUIRED')),
  deleted_ms bigint
);
create index units_course on units (course, position);

-- What a learner does in a unit: a step of a live session, or a material of another kind.
create table items (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  unit bigint not null references units,
  kind text not null
    check (kind in ('STEP', 'VIDEO', 'DOCUMENT', 'SLIDE', 'CODE_EXAMPLE', 'EXERCISE', 'ARTICLE')),
  title text not null,
  description text not null default '',
  position bigint not null check (position >= 0),
  required boolean not null default true,
  -- Set while a video awaits its first file: is it required once the file is there? Until then nobody could do what is asked.
  required_with_file boolean,
  -- A file is elsewhere (`url`) or in our own store (`object`, its key there).
  url text,
  object text check (object is null or url is null),
  content text,
  seconds bigint check (seconds >= 0),
  target_action text,
  target_hint text,
  guide text,
  voice text,
  -- The pictures of a step as a JSON list: name, kind and size of each, for whom it is, and what is marked in it.
  pictures text not null default '[]',
  -- The step is done in another app than the one that shows it.
  in_other_app boolean not null default false,
  -- Notes of the instructor for themselves. Never shown to learners or helpers.
  notes text,
  -- The question of a step as JSON, with its right answer, or nothing.
  question text,
  deleted_ms bigint
);
create index items_unit on items (unit, position);
create index items_kind on items (kind, id);

-- Pictures in the store: `pictures/{name}.jpg` and `pictures/{name}-small.jpg` there, or `.png`. A name is never used twice.
create table pictures (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  -- The lecture that it was sent to. Steps of other lectures may name it, too.
  course bigint not null references courses,
  name text not null,
  kind text not null check (kind in ('jpg', 'png')),
  width bigint not null check (width > 0),
  height bigint not null check (height > 0),
  bytes bigint not null check (bytes > 0),
  -- OPEN: on its way into the store. REMOVED: on its way out; the row goes with the last of it.
  status text not null check (status in ('OPEN', 'STORED', 'REMOVED')),
  -- Since when no item names it.
  unnamed_ms bigint,
  -- Time from which on the store is asked again to remove it.
  removal_ms bigint not null default 0
);
create unique index pictures_name on pictures (name);
create index pictures_course on pictures (course, status);
create index pictures_unnamed on pictures (unnamed_ms) where unnamed_ms is not null and status <> 'REMOVED';
create index pictures_removable on pictures (id) where status = 'REMOVED';

-- Pictures that an item names, as its column `pictures` has them.
create table item_pictures (
  item bigint not null references items,
  picture bigint not null references pictures,
  primary key (item, picture)
);
create index item_pictures_picture on item_pictures (picture);

-- Files on their way into the store, in parts. The key of a complete one is the `object` of its item.
create table uploads (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  item bigint references items,
  key text not null,
  -- The store's; empty until it has answered.
  upload_id text not null default '',
  file_name text not null,
  content_type text not null,
  bytes bigint not null check (bytes > 0),
  part_bytes bigint not null check (part_bytes > 0),
  parts bigint not null check (parts > 0),
  -- DELETED: the file was complete, and is needed no more.
  status text not null check (status in ('OPEN', 'COMPLETED', 'REFUSED', 'ABORTED', 'DELETED')),
  by_person bigint not null references people,
  expires_ms bigint not null,
  -- Why the file was refused; empty unless it was.
  refusal text check (refusal in ('SIZE', 'NOT_MP4', 'NO_VIDEO', 'NOT_H264', 'NOT_AAC', 'NO_DURATION',
    'FRAGMENTED', 'HEAD_TOO_LARGE', 'BROKEN')),
  -- The index of the file is at its end: it starts to play later.
  starts_late boolean not null default false,
  -- Something of the upload may still be in the store: its parts or its file.
  in_store boolean not null default true,
  -- Time from which on it is removed from the store, once nothing needs it.
  removal_ms bigint not null default 0
);
create unique index uploads_key on uploads (key);
create index uploads_item on uploads (item);
create index uploads_person on uploads (by_person, created_ms);
create index uploads_open on uploads (expires_ms) where status = 'OPEN';
create index uploads_removable on uploads (id) where in_store and status in ('REFUSED', 'ABORTED', 'DELETED');
create unique index uploads_open_of_item on uploads (item) where status = 'OPEN' and item is not null;

create table enrollments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  class bigint not null references classes,
  person bigint not null references people,
  source text not null check (source in ('APPLIED', 'JOINED')),
  status text not null
    check (status in ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED', 'COMPLETED', 'EXPIRED')),
  waiting_since_ms bigint,
  reason text,
  approved_ms bigint,
  started_ms bigint,
  accessed_ms bigint,
  completed_ms bigint,
  failed_ms bigint,
  expires_ms bigint,
  -- The ends for which the notices before an end are settled: given, or not to be given.
  first_notice_end_ms bigint,
  last_notice_end_ms bigint,
  attendance_score double precision,
  progress_score double precision,
  assessment_score double precision,
  total_score double precision
);
create unique index enrollments_open on enrollments (class, person)
  where status in ('PENDING', 'APPROVED', 'COMPLETED');
create index enrollments_person on enrollments (person, class);
create index enrollments_class on enrollments (class, id);
create index enrollments_counts on enrollments (class, status, failed_ms);
create index enrollments_days on enrollments (class, created_ms, status);
create index enrollments_ends on enrollments (expires_ms) where status = 'APPROVED' and expires_ms is not null;
create index enrollments_first_notice on enrollments (expires_ms, id)
  where status in ('APPROVED', 'COMPLETED') and expires_ms is not null
    and (first_notice_end_ms is null or first_notice_end_ms <> expires_ms);
create index enrollments_last_notice on enrollments (expires_ms, id)
  where status in ('APPROVED', 'COMPLETED') and expires_ms is not null
    and (last_notice_end_ms is null or last_notice_end_ms <> expires_ms);
-- Who learned lately: `accessed_ms` is moved at most once a day by work in the course.
create index enrollments_accessed on enrollments (accessed_ms, person) where accessed_ms is not null;
create index enrollments_waiting on enrollments (class, id) where waiting_since_ms is not null;

create table item_progress (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  item bigint not null references items,
  status text not null check (status in ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETED')),
  rate double precision not null default 0 check (rate between 0 and 100),
  last_position bigint check (last_position >= 0),
  -- The seconds of a video that were watched: a JSON list of [from, to], in order and apart.
  played text,
  started_ms bigint,
  completed_ms bigint,
  -- When the item was last said to be done, which may be again in a later session; `completed_ms` is the first time.
  done_ms bigint
);
create unique index item_progress_once on item_progress (enrollment, item);
create index item_progress_item on item_progress (item);

create table unit_progress (
  enrollment bigint not null references enrollments,
  unit bigint not null references units,
  completed_ms bigint not null,
  primary key (enrollment, unit)
);
create index unit_progress_unit on unit_progress (unit);

-- The time that was spent on a day: in an item, in a unit besides its items, or in the course besides both. `rate` is how far
-- the item was at the end of that day.
create table study_days (
  id integer primary key autoincrement,
  enrollment bigint not null references enrollments,
  -- The course of the enrollment.
  course bigint not null references courses,
  unit bigint references units,
  item bigint references items check (item is null or unit is null),
  day text not null,
  seconds bigint not null default 0 check (seconds between 0 and 86400),
  rate double precision check (rate between 0 and 100)
);
create unique index study_days_item on study_days (enrollment, item, day) where item is not null;
create unique index study_days_unit on study_days (enrollment, unit, day) where unit is not null;
create unique index study_days_whole on study_days (enrollment, day) where item is null and unit is null;
create index study_days_enrollment on study_days (enrollment, day);
create index study_days_day on study_days (day, course, enrollment, id, item);
create index study_days_course on study_days (course, day, enrollment, id, item);

create table meetings (
  id integer primary key autoincrement,
  created_ms bigint not null,
  class bigint not null references classes,
  number bigint not null check (number > 0),
  date text not null,
  asked boolean not null default false
);
create unique index meetings_number on meetings (class, number);
create index meetings_date on meetings (class, date);

create table marks (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  meeting bigint not null references meetings,
  type text not null check (type in ('PRESENT', 'LATE', 'ABSENT', 'EXCUSED', 'EARLY_LEAVE')),
  in_ms bigint,
  out_ms bigint,
  reason text,
  by_hand boolean not null default false
);
create unique index marks_once on marks (enrollment, meeting);
create index marks_meeting on marks (meeting);

create table attendance_requests (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  number bigint not null check (number > 0),
  reason text not null,
  status text not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
  decided_by bigint references people,
  reject_reason text
);
create unique index attendance_requests_open on attendance_requests (enrollment, number) where status = 'PENDING';
create index attendance_requests_enrollment on attendance_requests (enrollment);
create index attendance_requests_decided_by on attendance_requests (decided_by);

create table live_sessions (
  id integer primary key,
  created_ms bigint not null,
  course bigint not null references courses,
  class bigint not null references classes,
  meeting bigint references meetings,
  -- Typed; an ended session's code may lead to another one later.
  code text not null,
  -- Scanned: nobody guesses it.
  join_key text not null,
  -- The same for those who come to help.
  helper_key text not null,
  title text not null,
  status text not null check (status in ('WAITING', 'IN_PROGRESS', 'PAUSED', 'REVIEW_MODE')),
  door text not null default 'OPEN' check (door in ('OPEN', 'CLOSED')),
  step bigint references items,
  step_ms bigint,
  step_seq bigint not null default 0,
  message text,
  -- The timer on all phones: its end, and how long it was set for.
  timer_ends_ms bigint,
  timer_seconds bigint check (timer_seconds > 0),
  scheduled_ms bigint,
  started_ms bigint,
  ended_ms bigint,
  taught_ms bigint not null,
  -- Time at which a node last saw a socket of the instructor, if several nodes run.
  attended_ms bigint not null default 0,
  last_seq bigint not null default 0,
  last_student_seq bigint not null default 0,
  -- How many people are connected, as the log has it. No check: a wrong count must not stop the log.
  connected bigint not null default 0
);
create index live_sessions_code on live_sessions (code);
create unique index live_sessions_open_code on live_sessions (code) where status <> 'REVIEW_MODE';
create index live_sessions_course on live_sessions (course, created_ms, id);
create index live_sessions_open on live_sessions (status) where status <> 'REVIEW_MODE';
create index live_sessions_step on live_sessions (step);
create index live_sessions_meeting on live_sessions (meeting);
create index live_sessions_class on live_sessions (class);

create table participants (
  id integer primary key autoincrement,
  session bigint not null references live_sessions,
  person bigint not null references people,
  enrollment bigint not null references enrollments,
  joined_ms bigint not null,
  left_ms bigint,
  removed_ms bigint,
  -- The kind of their phone, as it chooses pictures: ANDROID, IPHONE, ALL or a make.
  phone text check (length(phone) <= 30),
  -- Whom they say to be, until the instructor has decided.
  same_as bigint references people
);
create unique index participants_once on participants (session, person);
create index participants_person on participants (person);
create index participants_enrollment on participants (enrollment);
create index participants_same_as on participants (same_as) where same_as is not null;
create index participants_in on participants (session) where left_ms is null and removed_ms is null;

-- The log: everything that happens in a session, in order, with ids and no names.
create table session_events (
  session bigint not null references live_sessions,
  seq bigint not null,
  prev bigint not null,
  audience text not null check (audience in ('students', 'instructors')),
  type text not null,
  -- No reference: these rows are written most often, and people are never deleted.
  person bigint,
  data text not null,
  at_ms bigint not null,
  -- How many people are connected after this, if someone came or went.
  connected bigint,
  primary key (session, seq)
);
create index session_events_stuck on session_events (session, seq)
  where type in ('session_paused', 'session_resumed', 'student_stuck');
-- Events for students, which are few: those that a student who was away has missed.
create index session_events_students on session_events (session, seq) where audience = 'students';
-- Who came and went.
create index session_events_presence on session_events (session, person, seq, type)
  where type in ('student_connected', 'student_disconnected', 'student_left', 'student_merged');

-- The servers that run this school together: one row for each since its start.
create table nodes (
  id integer primary key autoincrement,
  name text not null,
  -- Grows while the node runs; -1 once it has stopped and handed its rows back.
  beats bigint not null default 0
);

-- People in a session, by each node that holds sockets of theirs. Written in the transaction that logs it.
create table presence (
  session bigint not null references live_sessions,
  -- No reference, as in the log.
  person bigint not null,
  node bigint not null references nodes,
  since_ms bigint not null,
  last_ms bigint not null,
  -- Of the person, where it is known.
  language text check (language in ('ko', 'ja', 'en')),
  primary key (session, person, node)
);
create index presence_node on presence (node);

-- Number of screens of a node's people that show the step to which a session came at `step_seq`.
create table screen_counts (
  session bigint not null references live_sessions,
  node bigint not null references nodes,
  step_seq bigint not null,
  screens bigint not null,
  -- Whether another node has changed who is counted by which node.
  is_stale boolean not null default false,
  primary key (session, node)
);
create index screen_counts_node on screen_counts (node);
create index screen_counts_stale on screen_counts (node) where is_stale;

-- People who help in a session, or lead it beside its instructor. The role ends with the session at the latest.
create table session_staff (
  session bigint not null references live_sessions,
  person bigint not null references people,
  role text not null check (role in ('HELPER', 'HOST')),
  -- Whether they came by the helper's key, without an account. Then their logins end with the role.
  by_key boolean not null default false,
  joined_ms bigint not null,
  ended_ms bigint,
  primary key (session, person)
);
create index session_staff_person on session_staff (person);

-- Staff of a session by each node that holds sockets of theirs there, the instructor included.
create table staff_presence (
  session bigint not null references live_sessions,
  -- No references, as in the table of presence.
  person bigint not null,
  node bigint not null,
  primary key (session, person, node)
);
create index staff_presence_node on staff_presence (node);

-- Messages of a session's staff to one learner who has not put them away yet: the newest alone.
create table participant_messages (
  id integer primary key autoincrement,
  created_ms bigint not null,
  session bigint not null references live_sessions,
  person bigint not null references people,
  by_person bigint not null references people,
  message text not null
);
create unique index participant_messages_once on participant_messages (session, person);
create index participant_messages_person on participant_messages (person);
create index participant_messages_by_person on participant_messages (by_person);

-- Answers of learners to the question of a step in a session: the newest one of each.
create table step_answers (
  session bigint not null references live_sessions,
  item bigint not null references items,
  person bigint not null references people,
  created_ms bigint not null,
  updated_ms bigint not null,
  -- JSON: the number of an option, yes or no, or a number.
  value text not null,
  primary key (session, item, person)
);
create index step_answers_item on step_answers (item);
create index step_answers_person on step_answers (person);

-- Answers to a question as everyone in a session is shown them. Once the right answer was shown, nobody answers any more.
create table step_results (
  session bigint not null references live_sessions,
  item bigint not null references items,
  shown text not null check (shown in ('HIDDEN', 'RESULTS', 'ANSWER')),
  revealed_ms bigint,
  -- JSON: the numbers of the moment in which they were shown; null before.
  answers text,
  -- JSON: the question as it was when the session ended; null before.
  question text,
  primary key (session, item)
);
create index step_results_item on step_results (item);

-- Questions that learners ask in a session. Only its staff see who asked.
create table class_questions (
  id integer primary key autoincrement,
  created_ms bigint not null,
  session bigint not null references live_sessions,
  person bigint not null references people,
  question text not null,
  answered_ms bigint,
  is_hidden boolean not null default false
);
create index class_questions_session on class_questions (session, id);
create index class_questions_person on class_questions (person);

-- Those who would like to know the same.
create table class_question_supports (
  question bigint not null references class_questions,
  person bigint not null references people,
  primary key (question, person)
);
create index class_question_supports_person on class_question_supports (person);

create table help_requests (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  item bigint not null references items,
  session bigint references live_sessions,
  kind text not null check (kind in ('MANUAL', 'AUTO')),
  -- False if the session made the call for a student who was stuck.
  is_own boolean not null,
  context text not null default '{}',
  -- Of the person who asked, where it is known.
  language text check (language in ('ko', 'ja', 'en')),
  stuck_seconds bigint not null default 0 check (stuck_seconds >= 0),
  status text not null check (status in ('ANALYZING', 'ANSWERED', 'ESCALATED', 'RESOLVED', 'WITHDRAWN')),
  diagnosis text,
  confidence double precision check (confidence between 0 and 1),
  acked_ms bigint,
  -- The one who goes to the learner, so that no other one does.
  claimed_by bigint references people,
  claimed_ms bigint
);
create index help_requests_person on help_requests (person);
create index help_requests_claimed_by on help_requests (claimed_by) where claimed_by is not null;
create index help_requests_item on help_requests (item);
create index help_requests_session on help_requests (session);
create index help_requests_pending on help_requests (status) where status in ('ANALYZING', 'ESCALATED');
create unique index help_requests_auto on help_requests (session, item, person) where kind = 'AUTO';

create table help_responses (
  id integer primary key autoincrement,
  created_ms bigint not null,
  request bigint not null references help_requests,
  by_person bigint references people,
  type text not null check (type in ('TEXT', 'VOICE', 'VISIT', 'SUGGESTION')),
  content text not null,
  voice text,
  rating bigint check (rating between 1 and 5),
  feedback text,
  -- The answer shows the picture of the call, as it was marked.
  with_picture boolean not null default false
);
create index help_responses_request on help_responses (request);
create index help_responses_by_person on help_responses (by_person);

-- Pictures of a learner's screen, sent with a call for help: `help-pictures/{name}.jpg` and `help-pictures/{name}-small.jpg` in the store, or
-- `.png`. A name is never used twice.
create table help_pictures (
  id integer primary key autoincrement,
  created_ms bigint not null,
  request bigint not null references help_requests,
  name text not null,
  kind text not null check (kind in ('jpg', 'png')),
  width bigint not null check (width > 0),
  height bigint not null check (height > 0),
  bytes bigint not null check (bytes > 0),
  -- The marks with which staff sent it back, as a JSON list.
  marks text not null default '[]',
  -- OPEN: on its way into the store. REMOVED: on its way out; the row goes with the last of it.
  status text not null check (status in ('OPEN', 'STORED', 'REMOVED')),
  -- Time from which on the store is asked again to remove it.
  removal_ms bigint not null default 0
);
create unique index help_pictures_name on help_pictures (name);
create index help_pictures_request on help_pictures (request);
create unique index help_pictures_shown on help_pictures (request) where status = 'STORED';
create index help_pictures_age on help_pictures (created_ms) where status <> 'REMOVED';
create index help_pictures_removable on help_pictures (id) where status = 'REMOVED';

create table activity_logs (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  item bigint references items,
  type text not null,
  data text not null,
  screen text,
  at_ms bigint not null,
  bytes bigint not null
);
create index activity_logs_person on activity_logs (person, at_ms);
create index activity_logs_age on activity_logs (created_ms);

-- The bytes of activity logs that a person wrote in each five minutes of the last day.
create table log_slots (
  person bigint not null references people,
  slot bigint not null,
  bytes bigint not null,
  primary key (person, slot)
);
create index log_slots_age on log_slots (slot);

-- The bytes of activity logs that were written in a session while it was open.
create table session_log_bytes (
  session bigint primary key references live_sessions,
  bytes bigint not null
);

-- Erased people whose activity logs are still to be deleted.
create table log_erasures (
  person bigint primary key references people
);

-- The bytes of all activity logs that are kept, but for those that log_slots still counts: one row, which may be below zero.
create table log_total (
  id bigint primary key check (id = 1),
  bytes bigint not null
);
insert into log_total (id, bytes) values (1, 0);

create table notifications (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  kind text not null check (kind in ('HELP_REQUEST', 'HELP_ESCALATED', 'HELP_ANSWERED', 'ATTENDANCE_REQUESTED',
    'ATTENDANCE_DECIDED', 'ENROLLMENT_ADMITTED', 'ENROLLMENT_REFUSED', 'CERTIFICATE_ISSUED', 'LOGIN_COPIED',
    'ACCESS_ENDS_IN_7_DAYS', 'ACCESS_ENDS_IN_1_DAY', 'PAYMENT_CONFIRMED', 'PAYMENT_FAILED', 'PAYMENT_REFUNDED',
    'REFUND_REFUSED', 'CODE_JUDGED', 'SESSION_HELP', 'SESSION_HANDED_OVER', 'LECTURE_SHARED')),
  about bigint references people,
  -- The id of what it leads to; the kind says of which table.
  subject bigint not null,
  data text not null default '{}',
  read_ms bigint
);
create index notifications_person on notifications (person, id);
create index notifications_about on notifications (about);
-- Once for each end of the access: `data` holds it.
create unique index notifications_once on notifications (person, kind, subject, data)
  where kind in ('ACCESS_ENDS_IN_7_DAYS', 'ACCESS_ENDS_IN_1_DAY');
create index notifications_of_ends on notifications (created_ms, id)
  where kind in ('ACCESS_ENDS_IN_7_DAYS', 'ACCESS_ENDS_IN_1_DAY');

-- What happened once stays once: the answer to a request that carried a key, and the hash of that request.
create table done_keys (
  person bigint not null references people,
  key text not null,
  asked text not null,
  answer text not null,
  at_ms bigint not null,
  primary key (person, key)
);
create index done_keys_age on done_keys (at_ms);

-- A mission is an assessment with a `mission_type`. Midterm and final are kinds. With questions, `total` is the sum of their
-- points.
create table assessments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  course bigint not null references courses,
  class bigint references classes,
  unit bigint references units,
  name text not null,
  kind text not null check (kind in ('QUIZ', 'ASSIGNMENT', 'MIDTERM', 'FINAL', 'EXAM')),
  mission_type text check (mission_type in ('MULTIPLE_CHOICE', 'CODE_SUBMISSION')),
  description text not null default '',
  starts_ms bigint,
  ends_ms bigint,
  total double precision not null default 100 check (total > 0),
  pass double precision not null default 60 check (pass between 0 and total),
  weight double precision not null default 1 check (weight >= 0),
  required boolean not null default true,
  minutes bigint check (minutes > 0),
  attempts_allowed bigint check (attempts_allowed > 0),
  active boolean not null default true,
  deleted_ms bigint
);
create index assessments_course on assessments (course);
create index assessments_class on assessments (class) where class is not null;
create index assessments_unit on assessments (unit) where unit is not null;
create index assessments_missions on assessments (mission_type, id) where mission_type is not null;

-- An attempt that a learner sits is open until it is submitted. One that staff recorded (`by_hand`) is never open.
create table attempts (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  assessment bigint not null references assessments,
  number bigint not null check (number > 0),
  started_ms bigint,
  -- The time limit when a learner began it. `expires_ms` follows from it and from the end of the assessment.
  minutes bigint check (minutes > 0),
  expires_ms bigint,
  submitted_ms bigint,
  -- By the learner's own clock; it decides nothing.
  client_submitted_ms bigint,
  graded_ms bigint,
  score double precision check (score >= 0),
  feedback text,
  by_hand boolean not null default false
);
create unique index attempts_number on attempts (enrollment, assessment, number);
create unique index attempts_open on attempts (assessment, enrollment) where submitted_ms is null and not by_hand;
create index attempts_over on attempts (expires_ms) where submitted_ms is null and not by_hand and expires_ms is not null;
create index attempts_assessment on attempts (assessment, id);
create index attempts_scores on attempts (assessment, score) where score is not null;

create table questions (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  assessment bigint not null references assessments,
  position bigint not null check (position >= 0),
  kind text not null check (kind in ('MULTIPLE_CHOICE', 'CODE_COMPLETION', 'CODE', 'SHORT_TEXT')),
  text text not null,
  -- A JSON list of {id, text}, in the author's order.
  options text,
  -- The id of an option, a JSON list of what fills the blanks, or a text. Learners do not see it while their attempt is open.
  answer text,
  template text,
  points double precision not null check (points >= 0),
  example_input text,
  example_output text,
  language text,
  time_limit_s bigint check (time_limit_s > 0),
  memory_limit_mb bigint check (memory_limit_mb > 0),
  skill bigint references skills,
  deleted_ms bigint
);
create index questions_assessment on questions (assessment, position);
create index questions_kind on questions (kind, id);
create index questions_skill on questions (skill) where skill is not null;

create table test_cases (
  id integer primary key autoincrement,
  question bigint not null references questions,
  position bigint not null check (position >= 0),
  input text not null,
  output text not null,
  sample boolean not null default false
);
create index test_cases_question on test_cases (question, position);

-- `points` and `correct` are empty until the answer is graded. `value` is the id of an option, a JSON list of what fills the blanks, or
-- a text; it is blank for a question that was not answered.
create table answers (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  attempt bigint not null references attempts,
  question bigint not null references questions,
  value text not null,
  points double precision check (points >= 0),
  correct boolean,
  submitted_ms bigint
);
create unique index answers_once on answers (attempt, question);
create index answers_question on answers (question, correct);

-- Programs for the judge. It takes one by a lease: a random word that only this run knows, so that a report of a run that
-- was given up changes nothing. What the judge found is raw; the server settles it: points, grade and notice follow once.
create table submissions (
  id integer primary key autoincrement,
  person bigint not null references people,
  enrollment bigint not null references enrollments,
  question bigint not null references questions,
  attempt bigint references attempts,
  language text not null,
  code text not null,
  -- REPLACED: the same person sent a newer program for the question before this one was taken.
  status text not null check (status in ('QUEUED', 'RUNNING', 'JUDGED', 'FAILED', 'REPLACED')),
  tries bigint not null default 0 check (tries >= 0),
  lease text,
  judge_lease_ms bigint,
  passed boolean check (passed is not null or status <> 'JUDGED'),
  points double precision check (points >= 0),
  summary text,
  -- A JSON list, one for each test case.
  results text,
  run_ms bigint check (run_ms >= 0),
  memory_kb bigint check (memory_kb >= 0),
  submitted_ms bigint not null,
  judged_ms bigint,
  settled_ms bigint,
  deleted_ms bigint
);
create index submissions_waiting on submissions (submitted_ms, id) where status = 'QUEUED';
create index submissions_running on submissions (judge_lease_ms, id) where status = 'RUNNING';
create index submissions_unsettled on submissions (judged_ms, id) where settled_ms is null and judged_ms is not null;
create unique index submissions_waiting_once on submissions (person, question) where status = 'QUEUED';
create index submissions_person on submissions (person, id);
create index submissions_enrollment on submissions (enrollment);
create index submissions_question on submissions (question, person, id);
create index submissions_attempt on submissions (attempt) where attempt is not null;

-- Judges that run. A judge writes its row and its sign of life; the server offers the languages that a living one runs.
create table judges (
  id integer primary key autoincrement,
  created_ms bigint not null,
  name text not null,
  cores bigint not null check (cores > 0),
  -- A JSON list of {language, engine, version, works, reason}.
  languages text not null,
  alive_ms bigint not null
);
create unique index judges_name on judges (name);
create index judges_alive on judges (alive_ms);

create table completions (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  date text not null,
  status text not null check (status in ('COMPLETED', 'INCOMPLETE', 'REVOKED')),
  total_score double precision,
  attendance_score double precision,
  assessment_score double precision,
  progress_score double precision,
  by_hand boolean not null default false,
  memo text
);
create unique index completions_once on completions (enrollment);
create index completions_date on completions (date, status);

-- Enrollments that are to be judged from this day on, and completed by themselves if they meet the rule.
create table completion_checks (
  enrollment bigint primary key references enrollments,
  day text not null
);
create index completion_checks_day on completion_checks (day, enrollment);

create table certificates (
  id integer primary key autoincrement,
  created_ms bigint not null,
  enrollment bigint not null references enrollments,
  unit bigint references units,
  uuid text not null,
  number text not null,
  code text not null,
  facts text not null,
  signature text not null,
  expires_ms bigint,
  revoked_ms bigint,
  reason text
);
create unique index certificates_uuid on certificates (uuid);
create unique index certificates_number on certificates (number);
create index certificates_enrollment on certificates (enrollment);
create unique index certificates_once on certificates (enrollment) where unit is null;
create unique index certificates_once_for_unit on certificates (enrollment, unit) where unit is not null;
create index certificates_unit on certificates (unit) where unit is not null;

-- Money is whole won. What was refunded is the sum of the refunds that did not fail.
create table payments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  amount bigint not null check (amount > 0),
  -- Price of the course when it was ordered; the amount is the rest of it. Empty if the money came without a gateway.
  price bigint,
  method text not null,
  info text not null default '{}',
  status text not null check (status in ('PENDING', 'UNCONFIRMED', 'CONFIRMED', 'FAILED', 'CANCELLED')),
  -- Empty if the money came without a gateway.
  gateway text check (gateway in ('SANDBOX', 'PORTONE_V1', 'PORTONE_V2')),
  merchant_uid text,
  imp_uid text,
  receipt_url text,
  paid_ms bigint check (paid_ms is not null or status <> 'CONFIRMED'),
  refund_deadline_ms bigint,
  -- Time of the next question to the gateway; empty once nothing more is expected.
  next_check_ms bigint,
  -- Time at which a confirmed order is looked at again: money may go back outside of this server. Empty once nobody
  -- looks any more.
  recheck_ms bigint
);
create index payments_enrollment on payments (enrollment);
create unique index payments_merchant_uid on payments (merchant_uid);
create unique index payments_imp_uid on payments (gateway, imp_uid);
create index payments_paid on payments (paid_ms, amount) where paid_ms is not null;
create index payments_checks on payments (next_check_ms, id) where next_check_ms is not null;
create index payments_rechecks on payments (recheck_ms, id) where recheck_ms is not null;

create table refunds (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  payment bigint not null references payments,
  amount bigint not null check (amount > 0),
  reason text not null,
  status text not null check (status in ('REQUESTED', 'COMPLETED', 'FAILED')),
  -- Empty if nobody asked for it: the school gave back what had bought nothing.
  by_person bigint references people,
  -- True if the access that was paid for ends with it. It stays where the payment had bought nothing.
  ends_access boolean not null default false,
  -- When the money went back.
  done_ms bigint check (done_ms is not null or status <> 'COMPLETED'),
  -- When the gateway is asked next; only while it is REQUESTED.
  next_check_ms bigint
);
create index refunds_payment on refunds (payment);
create index refunds_by_person on refunds (by_person);
create index refunds_age on refunds (created_ms);
create index refunds_done on refunds (done_ms, amount) where done_ms is not null;
create index refunds_requested on refunds (next_check_ms, id) where status = 'REQUESTED';
create unique index refunds_requested_once on refunds (payment) where status = 'REQUESTED';

-- Every move of money and every try of one: who, why, and what came of it. Rows are only added.
create table payment_moves (
  id integer primary key autoincrement,
  created_ms bigint not null,
  payment bigint not null references payments,
  refund bigint references refunds,
  kind text not null check (kind in ('ORDERED', 'PAID', 'MISMATCHED', 'FAILED', 'CANCELLED', 'REFUND_ASKED', 'REFUNDED',
    'REFUND_FAILED')),
  amount bigint not null check (amount >= 0),
  -- Empty if the gateway told it, or the school did it by itself.
  by_person bigint references people,
  reason text not null default ''
);
create index payment_moves_payment on payment_moves (payment, id);
create index payment_moves_refund on payment_moves (refund) where refund is not null;
create index payment_moves_by_person on payment_moves (by_person) where by_person is not null;

-- Payments that a gateway may have for an order besides the one that the order names: a notice told of them, or they do not fit the
-- order and go back. Each is asked about by its own name until nothing more comes of it, and then deleted.
create table payment_tries (
  id integer primary key autoincrement,
  created_ms bigint not null,
  payment bigint not null references payments,
  imp_uid text not null,
  is_mismatched boolean not null default false,
  next_check_ms bigint not null
);
create unique index payment_tries_once on payment_tries (payment, imp_uid);
create index payment_tries_checks on payment_tries (next_check_ms, id);

create table paths (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  person bigint not null references people,
  title text not null,
  target_level text not null check (target_level in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT'))
);
create index paths_person on paths (person, id);

create table path_skills (
  path bigint not null references paths,
  skill bigint not null references skills,
  position bigint not null check (position >= 0),
  -- Empty if the person had completed no course that teaches the skill.
  level_at_start text check (level_at_start in ('BEGINNER', 'INTERMEDIATE', 'ADVANCED', 'EXPERT')),
  primary key (path, skill)
);
create index path_skills_skill on path_skills (skill);

-- `reason` speaks of a skill, or of the course that needs this one.
create table path_courses (
  path bigint not null references paths,
  course bigint not null references courses,
  position bigint not null check (position >= 0),
  priority bigint not null check (priority between 0 and 100),
  reason text not null check (reason in ('SKILL_GAP', 'NEXT', 'PREREQUISITE', 'HIGH_SCORE', 'LOW_SCORE')),
  skill bigint references skills,
  needed_by bigint references courses,
  primary key (path, course)
);
create index path_courses_course on path_courses (course);
create index path_courses_skill on path_courses (skill) where skill is not null;
create index path_courses_needed_by on path_courses (needed_by) where needed_by is not null;

-- A path was adjusted to how its learner did in a completed course: once for each course and kind of performance.
create table path_adjustments (
  path bigint not null references paths,
  completed bigint not null references courses,
  performance text not null check (performance in ('STRONG', 'STEADY', 'WEAK')),
  created_ms bigint not null,
  score double precision not null check (score between 0 and 100),
  primary key (path, completed, performance)
);
create index path_adjustments_completed on path_adjustments (completed);

-- What an adjustment changed: kept, so that the same request is answered alike.
create table path_changes (
  path bigint not null references paths,
  completed bigint not null references courses,
  performance text not null check (performance in ('STRONG', 'STEADY', 'WEAK')),
  position bigint not null check (position >= 0),
  kind text not null check (kind in ('ADDED', 'REMOVED', 'UPDATED')),
  course bigint not null references courses,
  old_priority bigint check (old_priority between 0 and 100),
  new_priority bigint check (new_priority between 0 and 100),
  skill bigint references skills,
  primary key (path, completed, performance, position)
);
create index path_changes_completed on path_changes (completed);
create index path_changes_course on path_changes (course);
create index path_changes_skill on path_changes (skill) where skill is not null;

-- The first administrator was made by the link that `serve` prints: one row at most, so that it happens once.
create table first_admin (
  id bigint primary key check (id = 1)
);

-- Written by `/readyz` when nothing else was, to show that writes work. Each node has a row of its own: none waits for another.
create table heartbeat (
  writer text primary key,
  at_ms bigint not null
);

-- Messages of one node to all others that are in no log, kept for an hour. Each node acts once on each row.
create table node_messages (
  id integer primary key autoincrement,
  at_ms bigint not null,
  body text not null
);
create index node_messages_at on node_messages (at_ms);
