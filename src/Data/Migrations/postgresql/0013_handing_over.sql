-- What was taken back from a unit, for those that it answers for until another unit has accepted.
create index handling_work_order_taken_back on handling_work_order (unit_code, cancelled_at) where state = 'cancelled';
