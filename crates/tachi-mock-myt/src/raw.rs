//! A gRPC service that answers every call with bytes as they are, to send what no well-behaved server would.

use std::convert::Infallible;
use std::future::{Ready, ready};

use prost::DecodeError;
use prost::bytes::{Buf, BufMut};
use prost::encoding::{DecodeContext, WireType, skip_field};
use tonic::body::Body;
use tonic::codegen::tokio_stream::{self, Iter};
use tonic::codegen::{BoxFuture, Context, Poll, Service, http};
use tonic::server::{Grpc, NamedService};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

/// Answers `ChunithmUser` with these messages.
#[derive(Debug, Clone, Default)]
pub struct RawChunithm(pub Vec<Vec<u8>>);

impl NamedService for RawChunithm {
    const NAME: &'static str = "mythos.chunithm.v0.ChunithmUser";
}

impl Service<http::Request<Body>> for RawChunithm {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Self::Response, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let mut grpc = Grpc::new(ProstCodec::<Message, Message>::default());
            Ok(grpc.server_streaming(service, request).await)
        })
    }
}

impl Service<Request<Message>> for RawChunithm {
    type Response = Response<Iter<std::vec::IntoIter<Result<Message, Status>>>>;
    type Error = Status;
    type Future = Ready<Result<Self::Response, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Message>) -> Self::Future {
        let messages: Vec<_> = self.0.iter().cloned().map(Message).map(Ok).collect();
        ready(Ok(Response::new(tokio_stream::iter(messages))))
    }
}

/// A message whose encoding is its bytes.
#[derive(Debug, Clone, Default)]
pub struct Message(Vec<u8>);

impl prost::Message for Message {
    fn encode_raw(&self, buffer: &mut impl BufMut) {
        buffer.put_slice(&self.0);
    }

    fn merge_field(
        &mut self,
        tag: u32,
        wire_type: WireType,
        buffer: &mut impl Buf,
        context: DecodeContext,
    ) -> Result<(), DecodeError> {
        skip_field(wire_type, tag, buffer, context)
    }

    fn encoded_len(&self) -> usize {
        self.0.len()
    }

    fn clear(&mut self) {
        self.0.clear();
    }
}
