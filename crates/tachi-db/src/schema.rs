//! The tables as diesel sees them: the same on both databases. Meanings: `migrations/sqlite`.

diesel::table! {
    meta (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    users (id) {
        id -> Integer,
        username -> Text,
        username_lower -> Text,
        password_hash -> Nullable<Text>,
        email -> Nullable<Text>,
        about -> Text,
        status -> Nullable<Text>,
        social_media -> Text,
        badges -> Text,
        join_date -> BigInt,
        last_seen -> BigInt,
        auth_level -> SmallInt,
        username_changed_at -> Nullable<BigInt>,
        email_verified_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    api_tokens (id) {
        id -> BigInt,
        token_hash -> Binary,
        user_id -> Integer,
        identifier -> Text,
        permissions -> Text,
        client_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    user_locks (user_id) {
        user_id -> Integer,
        locked -> Bool,
        locked_at -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        instance -> Nullable<Text>,
        heartbeat_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    songs (game, id) {
        game -> SmallInt,
        id -> Integer,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    charts (key) {
        key -> Integer,
        chart_id -> Text,
        gpt -> SmallInt,
        game -> SmallInt,
        song_id -> Integer,
        is_primary -> Bool,
        document -> Text,
        content_hash -> Binary,
        derive_hash -> Binary,
    }
}

diesel::table! {
    folders (key) {
        key -> Integer,
        folder_id -> Text,
        gpt -> SmallInt,
        title -> Text,
        inactive -> Bool,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    folder_charts (folder_key, chart_key) {
        folder_key -> Integer,
        chart_key -> Integer,
    }
}

diesel::table! {
    folder_members (folder_key) {
        folder_key -> Integer,
        content_hash -> Binary,
    }
}

diesel::table! {
    chart_tables (table_id) {
        table_id -> Text,
        gpt -> SmallInt,
        is_default -> Bool,
        inactive -> Bool,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    goals (key) {
        key -> Integer,
        goal_id -> Text,
        gpt -> SmallInt,
        folder_key -> Nullable<Integer>,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    goal_charts (goal_key, chart_key) {
        goal_key -> Integer,
        chart_key -> Integer,
    }
}

diesel::table! {
    quests (quest_id) {
        quest_id -> Text,
        gpt -> SmallInt,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    questlines (questline_id) {
        questline_id -> Text,
        gpt -> SmallInt,
        document -> Text,
        content_hash -> Binary,
    }
}

diesel::table! {
    bms_courses (md5sums) {
        md5sums -> Text,
        gpt -> SmallInt,
        class_set -> Text,
        value -> Text,
        title -> Text,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        import_id -> Text,
        user_id -> Integer,
        import_type -> Text,
        user_intent -> Bool,
        time_started -> BigInt,
        time_finished -> BigInt,
        body -> Text,
        counts -> Text,
        rows -> Text,
    }
}

diesel::table! {
    import_rows (import_id, chunk) {
        import_id -> BigInt,
        chunk -> Integer,
        rows -> Text,
    }
}

diesel::table! {
    import_trackers (import_id) {
        import_id -> Text,
        kind -> SmallInt,
        import_type -> Text,
        user_id -> Integer,
        user_intent -> Bool,
        time_started -> BigInt,
        stage -> Nullable<Text>,
        progress -> Nullable<Text>,
        error_message -> Nullable<Text>,
        error_status -> Nullable<Integer>,
        instance -> Text,
    }
}

diesel::table! {
    orphans (id) {
        id -> BigInt,
        orphan_id -> Text,
        user_id -> Integer,
        import_type -> Text,
        game -> SmallInt,
        data -> Text,
        context -> Text,
        message -> Nullable<Text>,
        time_inserted -> BigInt,
        import_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        session_id -> Text,
        user_id -> Integer,
        gpt -> SmallInt,
        name -> Text,
        description -> Nullable<Text>,
        highlight -> Bool,
        time_inserted -> BigInt,
        time_started -> BigInt,
        time_ended -> BigInt,
        ratings -> Text,
        next_pos -> Integer,
        best -> Text,
    }
}

diesel::table! {
    scores (id) {
        id -> BigInt,
        score_id -> Binary,
        dedup_key -> Binary,
        user_id -> Integer,
        gpt -> SmallInt,
        chart_key -> Integer,
        import_id -> Nullable<BigInt>,
        session_id -> Nullable<BigInt>,
        session_pos -> Nullable<Integer>,
        time_achieved -> Nullable<BigInt>,
        time_added -> BigInt,
        import_type -> Text,
        service -> Text,
        comment -> Nullable<Text>,
        highlight -> Bool,
        score -> Nullable<Double>,
        percent -> Nullable<Double>,
        lamp -> Nullable<SmallInt>,
        grade -> Nullable<SmallInt>,
        data -> Text,
        ratings -> Text,
    }
}

diesel::table! {
    score_blacklist (user_id, dedup_key) {
        user_id -> Integer,
        dedup_key -> Binary,
        score_id -> Binary,
    }
}

diesel::table! {
    import_fills (id) {
        id -> BigInt,
        import_id -> BigInt,
        score_id -> BigInt,
        members -> Text,
    }
}

diesel::table! {
    pbs (id) {
        id -> BigInt,
        user_id -> Integer,
        gpt -> SmallInt,
        chart_key -> Integer,
        is_primary -> Bool,
        highlight -> Bool,
        time_achieved -> Nullable<BigInt>,
        score -> Nullable<Double>,
        percent -> Nullable<Double>,
        lamp -> Nullable<SmallInt>,
        grade -> Nullable<SmallInt>,
        data -> Text,
        ratings -> Text,
        part0 -> BigInt,
        part1 -> Nullable<BigInt>,
        part2 -> Nullable<BigInt>,
        part3 -> Nullable<BigInt>,
        part4 -> Nullable<BigInt>,
        rank0 -> Double,
        rank1 -> Nullable<Double>,
        rank2 -> Nullable<Double>,
        rank3 -> Nullable<Double>,
        rank4 -> Nullable<Double>,
        bucket -> SmallInt,
        rating0 -> Nullable<Double>,
        rating1 -> Nullable<Double>,
        rating2 -> Nullable<Double>,
        rating3 -> Nullable<Double>,
    }
}

diesel::table! {
    profiles (user_id, gpt) {
        user_id -> Integer,
        gpt -> SmallInt,
        ratings -> Text,
        classes -> Text,
        rating0 -> Nullable<Double>,
        rating1 -> Nullable<Double>,
        rating2 -> Nullable<Double>,
        rating3 -> Nullable<Double>,
    }
}

diesel::table! {
    class_achievements (id) {
        id -> BigInt,
        user_id -> Integer,
        gpt -> SmallInt,
        class_set -> Text,
        old_value -> Nullable<Text>,
        value -> Text,
        time_achieved -> BigInt,
        is_manual -> Bool,
    }
}

diesel::table! {
    class_bans (user_id) {
        user_id -> Integer,
    }
}

diesel::table! {
    goal_subscriptions (user_id, goal_key) {
        user_id -> Integer,
        goal_key -> Integer,
        achieved -> Bool,
        time_achieved -> Nullable<BigInt>,
        last_interaction -> Nullable<BigInt>,
        progress -> Nullable<Double>,
        progress_human -> Text,
        out_of -> Double,
        out_of_human -> Text,
        was_instantly_achieved -> Bool,
        was_assigned_standalone -> Bool,
    }
}

diesel::table! {
    quest_subscriptions (user_id, quest_id) {
        user_id -> Integer,
        quest_id -> Text,
        achieved -> Bool,
        time_achieved -> Nullable<BigInt>,
        last_interaction -> Nullable<BigInt>,
        progress -> Integer,
        was_instantly_achieved -> Bool,
    }
}

diesel::table! {
    unknown_charts (gpt, sha256) {
        gpt -> SmallInt,
        sha256 -> Text,
        document -> Text,
    }
}

diesel::table! {
    unknown_chart_players (gpt, sha256, user_id) {
        gpt -> SmallInt,
        sha256 -> Text,
        user_id -> Integer,
    }
}

diesel::table! {
    fervidex_settings (user_id) {
        user_id -> Integer,
        cards -> Nullable<Text>,
        force_static_import -> Bool,
    }
}

diesel::table! {
    kshook_sv6c_settings (user_id) {
        user_id -> Integer,
        force_static_import -> Bool,
    }
}

diesel::table! {
    rivals (user_id, gpt, rival_id) {
        user_id -> Integer,
        gpt -> SmallInt,
        rival_id -> Integer,
        position -> Integer,
    }
}

diesel::table! {
    background_imports (import_id) {
        import_id -> Text,
        user_id -> Integer,
        import_type -> Text,
        user_intent -> Bool,
        file_name -> Nullable<Text>,
        fields -> Text,
        body -> Binary,
        received -> BigInt,
        due_at -> BigInt,
        locked_tries -> Integer,
        crashes -> Integer,
        instance -> Nullable<Text>,
        heartbeat_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    job_runs (job, due_at) {
        job -> Text,
        due_at -> BigInt,
        instance -> Text,
        claimed_at -> BigInt,
    }
}

diesel::table! {
    oauth_clients (client_id) {
        client_id -> Text,
        name -> Text,
        author -> Integer,
        permissions -> Text,
        redirect_uri -> Nullable<Text>,
        webhook_uri -> Nullable<Text>,
        api_key_template -> Nullable<Text>,
        api_key_filename -> Nullable<Text>,
        key_id -> Text,
        client_secret -> Binary,
    }
}

diesel::table! {
    email_codes (user_id, purpose) {
        user_id -> Integer,
        purpose -> Text,
        code_hash -> Binary,
        email -> Text,
        expires_at -> BigInt,
    }
}

diesel::table! {
    oauth_codes (code_hash) {
        code_hash -> Binary,
        user_id -> Integer,
        client_id -> Nullable<Text>,
        created_at -> BigInt,
    }
}

diesel::table! {
    ugpt_settings (user_id, gpt) {
        user_id -> Integer,
        gpt -> SmallInt,
        preferences -> Text,
    }
}

diesel::table! {
    profile_snapshots (user_id, gpt, taken_at) {
        user_id -> Integer,
        gpt -> SmallInt,
        taken_at -> BigInt,
        ratings -> Text,
        classes -> Text,
        rank0 -> BigInt,
        rank1 -> BigInt,
        rank2 -> BigInt,
        rank3 -> BigInt,
        out_of -> BigInt,
        playcount -> BigInt,
    }
}

diesel::table! {
    login_sessions (token_hash) {
        token_hash -> Binary,
        user_id -> Integer,
        created_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    invites (code_hash) {
        code_hash -> Binary,
        makes_admin -> Bool,
        created_by -> Nullable<Integer>,
        created_at -> BigInt,
        consumed_by -> Nullable<Integer>,
        consumed_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    user_settings (user_id) {
        user_id -> Integer,
        invisible -> Bool,
        developer_mode -> Bool,
        contentious_content -> Bool,
        advanced_mode -> Bool,
        deletable_scores -> Bool,
    }
}

diesel::table! {
    rate_limits (limiter, subject) {
        limiter -> Text,
        subject -> Text,
        hits -> BigInt,
        resets_at -> BigInt,
    }
}

diesel::table! {
    priv_svc_kai_auth_token (user_id, service) {
        user_id -> Integer,
        service -> Text,
        key_id -> Text,
        token -> Binary,
        refresh_token -> Binary,
    }
}

diesel::table! {
    priv_svc_cg_card_info (user_id, service) {
        user_id -> Integer,
        service -> Text,
        key_id -> Text,
        card_id -> Binary,
        pin -> Binary,
    }
}

diesel::table! {
    priv_svc_myt_card_info (user_id) {
        user_id -> Integer,
        key_id -> Text,
        card_access_code -> Binary,
    }
}

diesel::table! {
    priv_svc_arc_profile (user_id, for_import_type) {
        user_id -> Integer,
        for_import_type -> Text,
        key_id -> Text,
        account_id -> Binary,
    }
}

diesel::table! {
    import_timestop (user_id, import_type) {
        user_id -> Integer,
        import_type -> Text,
        last_score_time -> BigInt,
    }
}

diesel::joinable!(api_tokens -> users (user_id));
diesel::joinable!(login_sessions -> users (user_id));
diesel::joinable!(email_codes -> users (user_id));
diesel::joinable!(pbs -> charts (chart_key));
diesel::joinable!(goal_charts -> goals (goal_key));
diesel::joinable!(goal_subscriptions -> goals (goal_key));
diesel::joinable!(quest_subscriptions -> quests (quest_id));
diesel::joinable!(import_fills -> scores (score_id));

diesel::allow_tables_to_appear_in_same_query!(
    users,
    api_tokens,
    login_sessions,
    email_codes,
    user_settings,
    charts,
    profiles,
    folders,
    folder_charts,
    goals,
    goal_charts,
    goal_subscriptions,
    quests,
    quest_subscriptions,
    sessions,
    scores,
    pbs,
    import_fills,
);
