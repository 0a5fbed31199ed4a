-- Where the newest tickets are all open, a list of closed ones passed over every one of them; hundreds of thousands took a second.
drop index intake_progress_status;
create index intake_progress_status on intake_progress (status, filed_at desc, number desc);
