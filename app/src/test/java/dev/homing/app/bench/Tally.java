package dev.homing.app.bench;

import java.util.BitSet;

/** Which events were accepted, and which of them came to which receiver; for several threads. */
final class Tally {
  private final int receivers;
  private final BitSet accepted = new BitSet();
  private final BitSet refused = new BitSet();
  private final BitSet received = new BitSet();
  private int duplicates;
  private long lastReceipt;

  Tally(int receivers) {
    this.receivers = receivers;
  }

  synchronized void accepted(int event) {
    accepted.set(event);
  }

  /** False if it was refused there before. */
  synchronized boolean refused(int event, int receiver) {
    boolean first = !refused.get(pair(event, receiver));
    refused.set(pair(event, receiver));
    return first;
  }

  /** False if it came there before. */
  synchronized boolean received(int event, int receiver) {
    boolean first = !received.get(pair(event, receiver));
    received.set(pair(event, receiver));
    duplicates += first ? 0 : 1;
    lastReceipt = System.nanoTime();
    return first;
  }

  private int pair(int event, int receiver) {
    return Math.addExact(Math.multiplyExact(event, receivers), receiver);
  }

  synchronized int accepted() {
    return accepted.cardinality();
  }

  /** Each event at each receiver counted once. */
  synchronized int delivered() {
    return received.cardinality();
  }

  synchronized int duplicates() {
    return duplicates;
  }

  /** By {@link System#nanoTime()}. */
  synchronized long lastReceipt() {
    return lastReceipt;
  }

  /** Accepted, and not come to one of the receivers from this one on. */
  synchronized int missing(int firstReceiver) {
    return accepted.stream().map(event -> missing(event, firstReceiver)).sum();
  }

  private int missing(int event, int firstReceiver) {
    return receivers
        - firstReceiver
        - received.get(pair(event, firstReceiver), pair(event + 1, 0)).cardinality();
  }
}
