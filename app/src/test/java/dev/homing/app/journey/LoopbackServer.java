package dev.homing.app.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Serves connections to a free port of the loopback, each on a virtual thread of its own. */
public final class LoopbackServer implements AutoCloseable {
  private final ServerSocket server;
  private final Service service;

  /** Serves one connection, which is closed at its end or when it breaks. */
  @FunctionalInterface
  public interface Service {
    void serve(Socket socket) throws IOException, InterruptedException;
  }

  private LoopbackServer(ServerSocket server, Service service) {
    this.server = server;
    this.service = service;
  }

  /** The backlog is how many connections may wait until they are accepted. */
  public static LoopbackServer start(int backlog, Service service) {
    try {
      ServerSocket socket = new ServerSocket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), backlog);
      LoopbackServer server = new LoopbackServer(socket, service);
      Thread.ofVirtual().start(server::accept);
      return server;
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> serve(socket));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      service.serve(socket);
    } catch (IOException broken) {
      // The client is gone.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
