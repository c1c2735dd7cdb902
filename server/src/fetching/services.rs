//! The services of the settings. Source: `spec/integrations.md` 2.

use anyhow::{Context, Result};
use tachi_parsers::fetch::{
    ArcConfiguration, CgConfiguration, Configuration, ConfigurationError, KaiConfiguration, MytConfiguration, Services,
};

use crate::config::Settings;
use crate::config::upstream::{Arc, Cg, Kai, Myt, OAuth2, Upstream};

/// What the operator has set up.
///
/// # Errors
/// Names the setting that cannot be used.
pub fn of(settings: &Settings) -> Result<Services> {
    let Upstream { flo, eag, min, arc, cg_dev, cg_nag, cg_gan, myt, authorities, limits } = settings.upstream.clone();
    let configuration = Configuration {
        instance: settings.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        our_url: settings.our_url.clone(),
        flo: kai(flo),
        eag: kai(eag),
        min: kai(min),
        arc: arc.map(self::arc).unwrap_or_default(),
        cg_dev: cg_dev.map(cg).unwrap_or_default(),
        cg_nag: cg_nag.map(cg).unwrap_or_default(),
        cg_gan: cg_gan.map(cg).unwrap_or_default(),
        myt: myt.map(self::myt).unwrap_or_default(),
        authorities,
        limits,
    };
    Services::new(configuration)
        .map_err(|error| {
            let setting = setting(&error);
            anyhow::Error::new(error).context(setting)
        })
        .context("the services elsewhere")
}

fn kai(Kai { api_url, oauth2 }: Kai) -> KaiConfiguration {
    let Some(OAuth2 { client_id, client_secret, redirect_uri }) = oauth2 else {
        return KaiConfiguration { url: api_url, ..KaiConfiguration::default() };
    };
    KaiConfiguration {
        url: api_url,
        client_id: Some(client_id.expose().to_owned()),
        client_secret: Some(client_secret),
        redirect_uri: Some(redirect_uri),
    }
}

fn arc(Arc { api_url, auth_token, iidx_path, sdvx_path, iidx_profile_path }: Arc) -> ArcConfiguration {
    ArcConfiguration {
        url: Some(api_url),
        token: Some(auth_token),
        iidx_path: Some(iidx_path),
        sdvx_path: Some(sdvx_path),
        iidx_profile_path: Some(iidx_profile_path),
    }
}

fn cg(Cg { url, api_key }: Cg) -> CgConfiguration {
    CgConfiguration { url: Some(url), api_key: Some(api_key) }
}

fn myt(Myt { host, auth_token, plaintext }: Myt) -> MytConfiguration {
    MytConfiguration { host: Some(host), token: Some(auth_token), plaintext }
}

/// The setting that an error is about.
fn setting(error: &ConfigurationError) -> String {
    match error {
        ConfigurationError::Incomplete { service, .. } => service.to_lowercase().replace(' ', "_"),
        ConfigurationError::Url { service, .. } => match service.strip_prefix("CG ") {
            Some(service) => format!("cg_{service}_url"),
            None => format!("{}_api_url", service.to_lowercase()),
        },
        ConfigurationError::Path(_) => "arc_iidx_path, arc_sdvx_path, arc_iidx_profile_path".to_owned(),
        ConfigurationError::Myt(_) => "myt_api_host, myt_auth_token".to_owned(),
        ConfigurationError::Authorities(_) => "upstream_ca".to_owned(),
        ConfigurationError::UserAgent => "name".to_owned(),
        ConfigurationError::Client(_) => "no client".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Options;
    use crate::config::upstream::UpstreamOptions;

    #[test]
    fn a_service_that_cannot_be_used_is_refused_by_the_name_of_its_setting() {
        let refused = |upstream: UpstreamOptions| {
            let folder = tempfile::tempdir().unwrap();
            let data_dir = Some(folder.path().to_owned());
            let settings = Settings::load(Options { data_dir, upstream, ..Options::default() }).unwrap();
            format!("{:#}", of(&settings).unwrap_err())
        };
        let text = |text: &str| Some(text.to_owned());
        let cg = UpstreamOptions {
            cg_nag_url: text("https://nag.example.com/api?x=y"),
            cg_nag_api_key: text("the-key"),
            ..UpstreamOptions::default()
        };
        let refusal = refused(cg);
        assert!(refusal.contains("cg_nag_url") && !refusal.contains("the-key"), "{refusal}");
        let myt = UpstreamOptions {
            myt_api_host: text("myt.example.com"),
            myt_auth_token: text("the\ntoken"),
            ..UpstreamOptions::default()
        };
        let refusal = refused(myt);
        assert!(refusal.contains("myt_auth_token") && !refusal.contains("the\ntoken"), "{refusal}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("authorities.pem");
        let authorities = || UpstreamOptions { upstream_ca: Some(file.clone()), ..UpstreamOptions::default() };
        std::fs::write(&file, "none").unwrap();
        assert!(refused(authorities()).contains("upstream_ca"));
        let missing = Options { upstream: authorities(), ..Options::default() };
        std::fs::remove_file(&file).unwrap();
        let refused = format!("{:#}", Settings::load(missing).err().unwrap());
        assert!(refused.contains("upstream_ca") && refused.contains("authorities.pem"), "{refused}");
    }
}
