//! What is asked, what is refused, and how much is read.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{net::SocketAddr, time::Duration};

use hyper_free::serve;
use outgoing::{
    Address, BadAddress, BoxFuture, Bytes, Client, Door, Error, Excess, Guarded, HeaderMap, Method,
    Request, Stream,
};

/// A server that answers every request with the same bytes.
mod hyper_free {
    use std::net::SocketAddr;

    use tokio::{
        io::{AsyncReadExt as _, AsyncWriteExt as _},
        net::TcpListener,
    };

    pub(crate) async fn serve(answer: String) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut asked = [0; 4_096];
                let _ = stream.read(&mut asked).await;
                let _ = stream.write_all(answer.as_bytes()).await;
            }
        });
        address
    }
}

/// A door to one server, whatever is asked for.
struct To(SocketAddr);

impl Door for To {
    fn open<'a>(&'a self, _: &'a str, _: u16) -> BoxFuture<'a, Result<Box<dyn Stream>, Error>> {
        Box::pin(async {
            let stream = tokio::net::TcpStream::connect(self.0).await;
            let stream: Box<dyn Stream> = Box::new(stream.map_err(Error::Connect)?);
            Ok(stream)
        })
    }
}

async fn ask(client: &Client, most: usize) -> Result<outgoing::Answer, Error> {
    ask_for(client, most, Excess::Refuse).await
}

async fn ask_for(client: &Client, most: usize, excess: Excess) -> Result<outgoing::Answer, Error> {
    let address = Address::parse("https://calendar.example/a?b=c").unwrap();
    client
        .send(Request {
            method: Method::GET,
            address: &address,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            most,
            excess,
            patience: Duration::from_secs(20),
        })
        .await
}

async fn answered(answer: &str, most: usize) -> Result<outgoing::Answer, Error> {
    let server = serve(answer.to_owned()).await;
    ask(&Client::through(To(server)), most).await
}

#[test]
fn only_https_of_the_internet_is_an_address() {
    for (text, wrong) in [
        ("", BadAddress::None),
        ("calendar", BadAddress::None),
        ("http://calendar.example/", BadAddress::Scheme),
        ("file:///etc/passwd", BadAddress::Scheme),
        ("https://me:secret@calendar.example/", BadAddress::User),
        ("https://127.0.0.1/", BadAddress::Private),
        ("https://2130706433/", BadAddress::Private),
        ("https://0x7f.1/", BadAddress::Private),
        ("https://[::1]/", BadAddress::Private),
        ("https://[::ffff:169.254.169.254]/", BadAddress::Private),
    ] {
        assert_eq!(Address::parse(text), Err(wrong), "{text}");
    }
    let webcal = Address::parse("webcal://calendar.example:8443/a#b").unwrap();
    assert_eq!(webcal.as_str(), "https://calendar.example:8443/a");
}

#[tokio::test]
async fn an_answer_is_read_to_its_end_and_no_farther() {
    let answer = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 5\r\n\r\nhello";
    let got = answered(answer, 5).await.unwrap();
    assert_eq!((&got.body[..], got.status.as_u16()), (&b"hello"[..], 200));
    assert!(matches!(answered(answer, 4).await, Err(Error::TooLarge(4))));
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    assert!(matches!(
        answered(chunked, 4).await,
        Err(Error::TooLarge(4))
    ));
    let server = serve(answer.to_owned()).await;
    let cut = ask_for(&Client::through(To(server)), 4, Excess::Cut).await;
    assert_eq!(&cut.unwrap().body[..], b"hell");
    let open = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello";
    assert_eq!(&answered(open, 9).await.unwrap().body[..], b"hello");
    let same = answered("HTTP/1.1 304 Not Modified\r\n\r\n", 9)
        .await
        .unwrap();
    assert_eq!(same.status.as_u16(), 304);
}

#[tokio::test]
async fn no_redirect_is_followed_and_nonsense_is_an_error() {
    let elsewhere =
        "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
    assert!(matches!(
        answered(elsewhere, 9).await,
        Err(Error::Redirect(_))
    ));
    assert!(matches!(
        answered("nonsense", 9).await,
        Err(Error::Broken(_))
    ));
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
    assert!(answered(short, 99).await.is_err());
}

#[tokio::test]
async fn a_name_that_leads_inside_opens_nothing() {
    let server = serve("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned()).await;
    for inside in [
        vec![server],
        // One of several is enough: the next look could take that one.
        vec!["93.184.216.34:443".parse().unwrap(), server],
        vec!["[::ffff:127.0.0.1]:443".parse().unwrap()],
    ] {
        let door = Guarded::resolving(move |_, _| {
            let inside = inside.clone();
            Box::pin(async move { Ok(inside) })
        });
        assert!(matches!(
            ask(&Client::through(door), 9).await,
            Err(Error::Private)
        ));
    }
    let nowhere = Guarded::resolving(|_, _| Box::pin(async { Ok(Vec::new()) }));
    assert!(matches!(
        ask(&Client::through(nowhere), 9).await,
        Err(Error::Name(_))
    ));
}
