//! The program.
mod bot;
mod demo;
mod features;
#[tokio::main]
async fn main() -> anyhow::Result<()> {
    rustls::crypto::ring::default_provider()
        .install_default()
        .unwrap();
    tracing_subscriber::fmt().init();
    let stopping = bot::stop_on_signals()?;
    demo::demo(std::path::Path::new("/tmp/demodata"), true, stopping).await
}
