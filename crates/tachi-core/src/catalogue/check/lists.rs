//! What is made of charts: folders, tables, goals, quests, questlines and courses.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Check, Finding, Report, Unique, check_goal, shown};
use crate::catalogue::{
    BmsCourseDocument, Catalogue, ChartKey, Documents, FolderDocument, FolderQuery, GoalDocument, Place, Song,
    SongDocument, TableDocument,
};
use crate::game::{Game, Gpt};
use crate::ids::{FolderId, GoalId};

pub(super) fn check_goal_ids(report: &mut Report, goals: &Documents<GoalDocument>) {
    for (place, goal) in goals.located() {
        let derived = goal.derived_id();
        if goal.goal_id != derived {
            let expected = format!("{derived}, the hash of its definition");
            report.problem(place, &goal.goal_id, Finding::quoted("goalID", &goal.goal_id, expected));
        }
    }
}

impl<'a> Check<'a> {
    pub(super) fn folders(&mut self) {
        let mut ids = Unique::default();
        for (place, folder) in self.collections.folders.located() {
            let id = &folder.folder_id;
            self.report.unique(&mut ids, place, id, "folderID", id);
            let derived = folder.derived_id();
            if *id != derived {
                let expected = format!("{derived}, the hash of its definition");
                self.report.problem(place, id, Finding::quoted("folderID", id, expected));
            }
            if self.gpt(place, id, folder.game, &folder.playtype).is_some()
                && let Err(error) = FolderQuery::compile(folder)
            {
                let finding = Finding::new("data", shown(&folder.data), format!("a readable query ({error})"));
                self.report.problem(place, id, finding);
            }
        }
    }

    /// The folders that references may mean.
    fn known_folders(&self) -> FxHashMap<&'a FolderId, &'a FolderDocument> {
        let folders = known(&self.collections.folders, self.existing.folders);
        folders.iter().map(|folder| (&folder.folder_id, folder)).collect()
    }

    pub(super) fn tables(&mut self) {
        let folders = self.known_folders();
        let mut ids = Unique::default();
        let mut by_gpt: FxHashMap<Gpt, Vec<(Place<'a>, &TableDocument)>> = FxHashMap::default();
        for (place, table) in self.collections.tables.located() {
            let id = &table.table_id;
            self.report.unique(&mut ids, place, id, "tableID", id);
            let Some(gpt) = self.gpt(place, id, table.game, &table.playtype) else { continue };
            by_gpt.entry(gpt).or_default().push((place, table));
            for folder in &table.folders {
                let of = folders.get(folder).map(|folder| folder.gpt());
                self.reference(place, id, "folders", folder.as_str(), of, gpt);
            }
            if table.default && table.inactive {
                let expected = "false, because it is the default table";
                self.report.problem(place, id, Finding::new("inactive", "true", expected));
            }
        }
        for (gpt, tables) in by_gpt {
            let expected = format!("true on exactly one table of {gpt}");
            let mut defaults = tables.iter().filter(|(_, table)| table.default);
            match (defaults.next(), tables.first()) {
                (None, Some((place, table))) => {
                    self.report.problem(*place, &table.table_id, Finding::new("default", "false on all", expected));
                }
                _ => {
                    for (place, table) in defaults {
                        self.report.problem(*place, &table.table_id, Finding::new("default", "true", &*expected));
                    }
                }
            }
        }
    }

    /// Reports a reference to something that does not exist or is `of` another GPT.
    fn reference(&mut self, place: Place<'a>, id: &str, field: &str, to: &str, of: Option<Option<Gpt>>, gpt: Gpt) {
        let expected = match of {
            None => "one that exists".to_owned(),
            Some(of) if of != Some(gpt) => format!("one of {gpt}"),
            Some(_) => return,
        };
        self.report.problem(place, id, Finding::quoted(field, to, expected));
    }

    pub(super) fn goals(&mut self) {
        let folders = self.known_folders();
        let loaded = self.catalogue_for_goals();
        let none = Catalogue::builder().build();
        let mut sizes: FxHashMap<&FolderId, Option<(Gpt, usize)>> = FxHashMap::default();
        let mut ids = Unique::default();
        for (place, goal) in self.collections.goals.located() {
            let id = &goal.goal_id;
            self.report.unique(&mut ids, place, id, "goalID", id);
            let Some(gpt) = self.gpt(place, id, goal.game, &goal.playtype) else { continue };
            let is_loaded = self.collections.charts.contains_key(&goal.game);
            let catalogue = if is_loaded { &loaded } else { self.existing.catalogue.unwrap_or(&none) };
            let findings = check_goal(gpt, &goal.charts, &goal.criteria, catalogue, |folder| {
                let folder = folders.get(folder)?;
                *sizes.entry(&folder.folder_id).or_insert_with(|| {
                    let query = FolderQuery::compile(folder).ok()?;
                    Some((query.gpt(), query.members(catalogue).len()))
                })
            });
            for finding in findings.invalid {
                self.report.problem(place, id, finding);
            }
            for finding in findings.missing {
                self.report.warning(place, id, finding);
            }
        }
    }

    /// The loaded charts of the games that have goals, as far as they can be part of a catalogue: what cannot has
    /// been reported.
    fn catalogue_for_goals(&self) -> Catalogue {
        let mut builder = Catalogue::builder();
        let games: FxHashSet<Game> = self.collections.goals.iter().map(|goal| goal.game).collect();
        for (game, charts) in self.collections.charts.iter().filter(|(game, _)| games.contains(game)) {
            let songs: Vec<SongDocument> = match self.collections.songs.get(game) {
                Some(songs) => songs.to_vec(),
                None => self.stored_songs(*game).map(Song::to_document).collect(),
            };
            for song in songs {
                drop(builder.song(*game, song));
            }
            for chart in charts.iter() {
                drop(builder.chart(*game, chart, ChartKey(0)));
            }
        }
        builder.build()
    }

    pub(super) fn quests(&mut self) {
        let goals = known(&self.collections.goals, self.existing.goals);
        let goals: FxHashMap<&GoalId, Option<Gpt>> = goals.iter().map(|goal| (&goal.goal_id, goal.gpt())).collect();
        let mut ids = Unique::default();
        for (place, quest) in self.collections.quests.located() {
            let id = &quest.quest_id;
            self.report.unique(&mut ids, place, id, "questID", id);
            let Some(gpt) = self.gpt(place, id, quest.game, &quest.playtype) else { continue };
            for (index, section) in quest.quest_data.iter().enumerate() {
                for goal in &section.goals {
                    let field = format!("questData.{index}.goals");
                    self.reference(place, id, &field, goal.goal_id.as_str(), goals.get(&goal.goal_id).copied(), gpt);
                }
            }
        }
    }

    pub(super) fn questlines(&mut self) {
        let quests = known(&self.collections.quests, self.existing.quests);
        let quests: FxHashSet<&str> = quests.iter().map(|quest| quest.quest_id.as_str()).collect();
        let mut ids = Unique::default();
        for (place, questline) in self.collections.questlines.located() {
            let id = &questline.questline_id;
            self.report.unique(&mut ids, place, id, "questlineID", id);
            self.gpt(place, id, questline.game, &questline.playtype);
            for quest in questline.quests.iter().filter(|quest| !quests.contains(quest.as_str())) {
                self.report.problem(place, id, Finding::quoted("quests", quest, "one that exists"));
            }
        }
    }

    pub(super) fn bms_courses(&mut self) {
        let (mut sums, mut classes) = (Unique::default(), Unique::default());
        for (place, course) in self.collections.bms_courses.located() {
            let BmsCourseDocument { md5sums, title, playtype, set, value } = course;
            if md5sums.len() != 128 || !md5sums.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
                let expected = "128 lower-case hexadecimal digits";
                self.report.problem(place, title, Finding::quoted("md5sums", md5sums, expected));
            }
            self.report.unique(&mut sums, place, title, "md5sums", md5sums);
            if let Some(first) = classes.taken((set, playtype, value), place) {
                self.report.duplicate(place, title, "value", value, first);
            }
            let Some(gpt) = self.gpt(place, title, Game::Bms, playtype) else { continue };
            match gpt.config().class_set(set) {
                None => self.report.problem(place, title, Finding::quoted("set", set, format!("a class set of {gpt}"))),
                Some(known) if known.index_of(value).is_none() => {
                    self.report.problem(place, title, Finding::quoted("value", value, format!("a class of {set}")));
                }
                Some(_) => {}
            }
        }
    }
}

/// The documents that references may mean: those of the load, or those of the store when the load has none.
fn known<'a, T>(loaded: &'a Documents<T>, stored: &'a [T]) -> &'a [T] {
    if loaded.is_loaded() { loaded } else { stored }
}
