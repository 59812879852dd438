package dev.homing.app.chaos;

import dev.homing.app.development.Port;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A network that can go bad: passes connections on to a part on this machine. */
public final class Forwarder implements AutoCloseable {
  private final int port = Port.free();
  private final int to;
  private final ServerSocket server;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final Object change = new Object();
  private boolean frozen;
  private volatile Duration delay = Duration.ZERO;

  public Forwarder(int to) {
    this.to = to;
    try {
      this.server = new ServerSocket();
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return port;
  }

  /** Silently stops passing bytes on. */
  public void freeze() {
    set(true);
  }

  /** Passes on the withheld bytes. */
  public void heal() {
    delay = Duration.ZERO;
    set(false);
  }

  /** Delays all bytes of clients by this time. */
  public void delay(Duration each) {
    delay = each;
  }

  private void set(boolean value) {
    synchronized (change) {
      frozen = value;
      change.notifyAll();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket part = new Socket(InetAddress.getLoopbackAddress(), to);
        open.add(client);
        open.add(part);
        Thread.ofVirtual().start(() -> pump(client, part, true));
        Thread.ofVirtual().start(() -> pump(part, client, false));
      }
    } catch (IOException closed) {
      close();
    }
  }

  private void pump(Socket from, Socket into, boolean asking) {
    byte[] buffer = new byte[16 * 1024];
    try (from;
        into) {
      InputStream in = from.getInputStream();
      OutputStream out = into.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (asking) {
          Thread.sleep(delay);
        }
        awaitThaw();
        out.write(buffer, 0, read);
        out.flush();
      }
    } catch (IOException broken) {
      // Each side is closed when the other is.
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } finally {
      open.remove(from);
      open.remove(into);
    }
  }

  private void awaitThaw() throws InterruptedException {
    synchronized (change) {
      while (frozen) {
        change.wait();
      }
    }
  }

  @Override
  public void close() {
    heal();
    try {
      server.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }
}
