-- Where the newest tickets are all open, a list of closed ones passed over every one of them; hundreds of thousands took a second.
-- Built beside the old one: tickets can be read meanwhile.
create index intake_progress_standing on intake_progress (status, filed_at desc, number desc);
drop index intake_progress_status;
alter index intake_progress_standing rename to intake_progress_status;
