//! Import types whose data is an uploaded file.

pub mod batch_manual;
pub mod eamusement_iidx_csv;
pub mod eamusement_sdvx_csv;
pub mod import_class;
pub mod mer_iidx;
pub mod mypagescraper_player_csv;
pub mod mypagescraper_records_csv;
pub mod pli_iidx_csv;
pub mod solid_state_squad;
