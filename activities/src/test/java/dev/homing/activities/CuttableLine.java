package dev.homing.activities;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A line to a local server: it can go silent, and counts what is asked. */
public final class CuttableLine implements AutoCloseable {
  private final int to;
  private final ServerSocket listening;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicLong asked = new AtomicLong();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition resumed = lock.newCondition();
  private boolean silent;

  public CuttableLine(int to) throws IOException {
    this.to = to;
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** How many bytes the client has sent. */
  public long asked() {
    return asked.get();
  }

  /** From now on nothing gets through, and nobody is told. */
  public void fallSilent() {
    lock.lock();
    try {
      silent = true;
    } finally {
      lock.unlock();
    }
  }

  /** What was kept back gets through. */
  public void resume() {
    lock.lock();
    try {
      silent = false;
      resumed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    resume();
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), to);
        sockets.add(client);
        sockets.add(server);
        Thread.ofVirtual().start(() -> forward(client, server, asked));
        Thread.ofVirtual().start(() -> forward(server, client, new AtomicLong()));
      }
    } catch (IOException closed) {
      // Nobody else comes.
    }
  }

  private void forward(Socket from, Socket to, AtomicLong count) {
    byte[] bytes = new byte[8192];
    try {
      for (int length = read(from, bytes); length >= 0; length = read(from, bytes)) {
        count.addAndGet(length);
        awaitResumed();
        to.getOutputStream().write(bytes, 0, length);
      }
      to.close();
    } catch (IOException closed) {
      // The other end hears of it.
    }
  }

  private static int read(Socket from, byte[] bytes) throws IOException {
    return from.getInputStream().read(bytes);
  }

  private void awaitResumed() {
    lock.lock();
    try {
      while (silent) {
        resumed.awaitUninterruptibly();
      }
    } finally {
      lock.unlock();
    }
  }
}
