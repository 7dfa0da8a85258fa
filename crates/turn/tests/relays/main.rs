//! A client against coturn, over everything that reaches it.

mod carriers;
mod end;
mod peer;
mod refusals;
mod renewal;
