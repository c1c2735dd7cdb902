//! Import types whose data is an uploaded file.

pub mod batch_manual;
pub mod eamusement_iidx_csv;
pub mod pli_iidx_csv;
