-- One school, one set of facts. Times are milliseconds since 1970 (UTC), dates are YYYY-MM-DD in the school's zone.
-- The same file for PostgreSQL differs only in the names of its types.

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
  age bigint,
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

-- A device that is signed in, or a ticket that signs one in, once.
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
create index logins_person on logins (person);
create index logins_device on logins (device);
create index logins_age on logins (expires_ms);

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
  level text,
  category text,
  tags text not null default '[]',
  objectives text not null default '[]',
  minutes bigint,
  instructor bigint not null references people,
  price bigint not null default 0,
  status text not null check (status in ('DRAFT', 'REVIEW', 'PUBLISHED', 'ARCHIVED')),
  published_ms bigint,
  access_days bigint,
  late_after_min bigint,
  needed_rate double precision not null default 75.0,
  weight_attendance bigint not null default 20,
  weight_progress bigint not null default 20,
  weight_assessment bigint not null default 60,
  thumbnail_url text,
  auto_help boolean not null default true,
  deleted_ms bigint
);
create unique index courses_code on courses (code);
create unique index courses_poster_code on courses (poster_code);
create index courses_instructor on courses (instructor);

create table course_prerequisites (
  course bigint not null references courses,
  needs bigint not null references courses,
  primary key (course, needs)
);

create table classes (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  course bigint not null references courses,
  name text not null,
  is_default boolean not null default false,
  capacity bigint,
  starts text,
  ends text,
  approval text not null default 'AUTO' check (approval in ('AUTO', 'MANUAL')),
  total_sessions bigint not null default 0
);
create index classes_course on classes (course);
create unique index classes_default on classes (course) where is_default;

create table units (
  id integer primary key autoincrement,
  created_ms bigint not null,
  course bigint not null references courses,
  title text not null,
  description text not null default '',
  position bigint not null,
  minutes bigint,
  objectives text not null default '[]',
  criteria text not null default '',
  deleted_ms bigint
);
create index units_course on units (course, position);

create table items (
  id integer primary key autoincrement,
  created_ms bigint not null,
  unit bigint not null references units,
  kind text not null,
  title text not null,
  description text not null default '',
  position bigint not null,
  required boolean not null default true,
  url text,
  content text,
  seconds bigint,
  target_action text,
  target_hint text,
  guide text,
  voice text,
  deleted_ms bigint
);
create index items_unit on items (unit, position);

create table enrollments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  class bigint not null references classes,
  person bigint not null references people,
  source text not null check (source in ('APPLIED', 'JOINED')),
  status text not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'CANCELLED', 'COMPLETED')),
  waiting_since_ms bigint,
  reason text,
  approved_ms bigint,
  completed_ms bigint,
  failed_ms bigint,
  expires_ms bigint,
  attendance_score double precision,
  progress_score double precision,
  assessment_score double precision,
  total_score double precision
);
create unique index enrollments_open on enrollments (class, person)
  where status in ('PENDING', 'APPROVED', 'COMPLETED');
create index enrollments_person on enrollments (person);
create index enrollments_class on enrollments (class, id);
create index enrollments_waiting on enrollments (class, id) where waiting_since_ms is not null;

create table item_progress (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  item bigint not null references items,
  status text not null check (status in ('NOT_STARTED', 'IN_PROGRESS', 'COMPLETED')),
  rate double precision not null default 0,
  last_position bigint,
  started_ms bigint,
  completed_ms bigint,
  done_ms bigint
);
create unique index item_progress_once on item_progress (enrollment, item);
create index item_progress_item on item_progress (item);

create table unit_progress (
  enrollment bigint not null references enrollments,
  unit bigint not null references units,
  completed_ms bigint,
  seconds bigint not null default 0,
  primary key (enrollment, unit)
);

create table study_days (
  id integer primary key autoincrement,
  enrollment bigint not null references enrollments,
  item bigint references items,
  day text not null,
  seconds bigint not null default 0
);
create unique index study_days_item on study_days (enrollment, item, day) where item is not null;
create unique index study_days_whole on study_days (enrollment, day) where item is null;

create table meetings (
  id integer primary key autoincrement,
  created_ms bigint not null,
  class bigint not null references classes,
  number bigint not null,
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
  number bigint not null,
  reason text not null,
  status text not null check (status in ('PENDING', 'APPROVED', 'REJECTED', 'WITHDRAWN')),
  decided_by bigint references people,
  reject_reason text
);
create unique index attendance_requests_open on attendance_requests (enrollment, number) where status = 'PENDING';

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
  title text not null,
  status text not null check (status in ('WAITING', 'IN_PROGRESS', 'PAUSED', 'REVIEW_MODE')),
  door text not null default 'OPEN' check (door in ('OPEN', 'CLOSED')),
  step bigint references items,
  step_ms bigint,
  step_seq bigint not null default 0,
  message text,
  scheduled_ms bigint,
  started_ms bigint,
  ended_ms bigint,
  taught_ms bigint not null,
  last_seq bigint not null default 0,
  last_student_seq bigint not null default 0
);
create index live_sessions_code on live_sessions (code);
create unique index live_sessions_open_code on live_sessions (code) where status <> 'REVIEW_MODE';
create index live_sessions_course on live_sessions (course, created_ms, id);
create index live_sessions_open on live_sessions (status) where status <> 'REVIEW_MODE';
create index live_sessions_step on live_sessions (step);
create index live_sessions_meeting on live_sessions (meeting);

create table participants (
  id integer primary key autoincrement,
  session bigint not null references live_sessions,
  person bigint not null references people,
  enrollment bigint not null references enrollments,
  joined_ms bigint not null,
  left_ms bigint,
  removed_ms bigint,
  -- Whom they say to be, until the instructor has decided.
  same_as bigint references people
);
create unique index participants_once on participants (session, person);
create index participants_person on participants (person);
create index participants_in on participants (session) where left_ms is null and removed_ms is null;

-- The log: everything that happens in a class, in order, with ids and no names.
create table session_events (
  session bigint not null references live_sessions,
  seq bigint not null,
  prev bigint not null,
  audience text not null check (audience in ('students', 'instructors')),
  type text not null,
  person bigint,
  data text not null,
  at_ms bigint not null,
  primary key (session, seq)
);
create index session_events_stuck on session_events (session, type) where type = 'student_stuck';

create table help_requests (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  item bigint not null references items,
  session bigint references live_sessions,
  kind text not null check (kind in ('MANUAL', 'AUTO')),
  context text not null default '{}',
  -- Of whoever asked, where they said it: ko, ja or en.
  language text,
  stuck_seconds bigint not null default 0,
  status text not null check (status in ('ANALYZING', 'ANSWERED', 'ESCALATED', 'RESOLVED', 'WITHDRAWN')),
  diagnosis text,
  confidence double precision,
  acked_ms bigint
);
create index help_requests_person on help_requests (person);
create index help_requests_item on help_requests (item);
create index help_requests_session on help_requests (session);
create index help_requests_pending on help_requests (status) where status in ('ANALYZING', 'ESCALATED');
create unique index help_requests_auto on help_requests (session, item, person) where kind = 'AUTO';

create table help_responses (
  id integer primary key autoincrement,
  created_ms bigint not null,
  request bigint not null references help_requests,
  by_person bigint references people,
  type text not null,
  content text not null,
  voice text,
  rating bigint,
  feedback text
);
create index help_responses_request on help_responses (request);

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
create table log_total (bytes bigint not null);
insert into log_total (bytes) values (0);

create table notifications (
  id integer primary key autoincrement,
  created_ms bigint not null,
  person bigint not null references people,
  kind text not null,
  about bigint references people,
  data text not null default '{}',
  read_ms bigint
);
create index notifications_person on notifications (person, id);

-- What happened once stays once: the answer to a command that carried a key.
create table done_keys (
  person bigint not null references people,
  key text not null,
  answer text not null,
  at_ms bigint not null,
  primary key (person, key)
);
create index done_keys_age on done_keys (at_ms);

create table assessments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  course bigint not null references courses,
  class bigint references classes,
  unit bigint references units,
  name text not null,
  kind text not null,
  description text not null default '',
  starts_ms bigint,
  ends_ms bigint,
  total double precision not null default 100,
  pass double precision not null default 60,
  weight double precision not null default 1,
  required boolean not null default true,
  minutes bigint,
  attempts_allowed bigint,
  active boolean not null default true,
  deleted_ms bigint
);
create index assessments_course on assessments (course);

create table attempts (
  id integer primary key autoincrement,
  created_ms bigint not null,
  updated_ms bigint not null,
  enrollment bigint not null references enrollments,
  assessment bigint not null references assessments,
  number bigint not null,
  started_ms bigint,
  expires_ms bigint,
  submitted_ms bigint,
  graded_ms bigint,
  score double precision,
  feedback text
);
create unique index attempts_number on attempts (enrollment, assessment, number);
create index attempts_assessment on attempts (assessment, id);

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

create table payments (
  id integer primary key autoincrement,
  created_ms bigint not null,
  enrollment bigint not null references enrollments,
  amount bigint not null,
  method text not null,
  info text not null default '{}',
  status text not null check (status in ('UNCONFIRMED', 'CONFIRMED')),
  merchant_uid text,
  imp_uid text,
  receipt_url text
);
create index payments_enrollment on payments (enrollment);
create unique index payments_merchant_uid on payments (merchant_uid);

create table refunds (
  id integer primary key autoincrement,
  created_ms bigint not null,
  payment bigint not null references payments,
  amount bigint not null,
  reason text not null,
  by_person bigint not null references people
);
create index refunds_payment on refunds (payment);

-- The first administrator was made by the link that `serve` prints: one row at most, so that it happens once.
create table first_admin (
  id bigint primary key check (id = 1)
);

-- Written by `/readyz` when nothing else was, to show that writes work.
create table heartbeat (
  id bigint primary key check (id = 1),
  at_ms bigint not null
);
