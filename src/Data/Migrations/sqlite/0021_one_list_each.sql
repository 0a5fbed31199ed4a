-- A work order stands in one of three indexes, by its state, and no longer in one for all of them besides: a new order is written to one page of its unit, not to two.
drop index handling_work_order_unit;
create index handling_work_order_replied on handling_work_order (unit_code, reply_by, id) where state = 'replied';
