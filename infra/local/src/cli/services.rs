//! `cargo dev services`: everything but the API, for functions that run under `cargo lambda watch`.

use std::io::{Write, stdout};
use std::path::Path;
use std::sync::Arc;

use clap::Args;
use local::places::environment_file;
use local::stack::{Listeners, Stack};
use url::Url;

use crate::cli::{
    Behaviour, DEMO_POLL, DEMO_RUN_MS, Failure, Keep, data, demo_options, file, listen, options,
    overrides, play_on, until_interrupted, wake,
};

/// Everything but the API, for functions that run elsewhere.
#[derive(Debug, Args)]
pub(super) struct Services {
    /// Where the functions run: the address of `cargo lambda watch`.
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9000")]
    functions: Url,
    /// The start page's port.
    #[arg(long, default_value_t = 9001)]
    port: u16,
    /// Play the demo against those functions, then end.
    #[arg(long)]
    play: bool,
    #[command(flatten)]
    keep: Keep,
    #[command(flatten)]
    behaviour: Behaviour,
}

/// Starts them and stays up, or plays the demo and ends.
pub(super) async fn serve(asked: Services) -> Result<(), Failure> {
    let listeners = Listeners { api: None, pages: listen(asked.port).await? };
    let functions = format!("{}/", asked.functions.as_str().trim_end_matches('/'));
    let port = asked.functions.port_or_known_default().unwrap_or(9000);
    let run_ms = asked.behaviour.run_ms.or(asked.play.then_some(DEMO_RUN_MS));
    let behaviour = Behaviour { run_ms, ..asked.behaviour };
    let overrides = overrides(file()?.as_deref())?;
    let options = options(data(&asked.keep), &behaviour, Some(functions.clone()), overrides);
    let stack = Stack::start(options, listeners).await?;
    behaviour.github.apply(&stack.github);
    let folder = if asked.keep.memory { Path::new(".tenon") } else { asked.keep.data.as_path() };
    let file = folder.join("services.env");
    let written = std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&file, environment_file(&stack.settings)));
    written.map_err(|source| Failure::File { path: file.clone(), source })?;
    let worker = tokio::spawn(Arc::clone(&stack.worker).run());
    say!("The services are up. Start the functions with\n");
    say!("  cargo lambda watch -A 127.0.0.1 -P {port} --env-file {}\n", file.display());
    say!("  API          {functions}     once they are compiled");
    say!("  start here   {}", stack.places.pages);
    if asked.play {
        wake::wake(&functions).await?;
        let options = demo_options(DEMO_POLL, run_ms.unwrap_or(DEMO_RUN_MS));
        let played = play_on(&stack, &options).await;
        worker.abort();
        return played.map(|_summary| ());
    }
    until_interrupted(worker).await;
    Ok(())
}
