package dev.homing.activities.slots;

import static java.util.Objects.requireNonNull;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Limits attempts under way on this node, per event or backlog, and per subscription.
 *
 * <p>An attempt needs a seat before it is begun; seats bound how many attempts are in memory. Then
 * it needs a slot, of its subscription and of the node, before it is sent. Tenants, and each one's
 * subscriptions, share seats and the node's slots fairly ({@link FairPermits}), and no event may
 * hold more than its own share of seats.
 *
 * <p>A receiver that hangs must not delay the others. An attempt waits for its subscription's slot
 * while it holds no slot of the node, and only while the receiver answers. A receiver is proven for
 * a minute after a success; one that is not gets few slots until it succeeds, and all such
 * receivers together get at most half of the node's. An attempt without an answer for two seconds
 * gives back its slots but that of its subscription, and its event's seat.
 */
public final class SendingLimits {
  private static final int MAX_PER_EVENT = 64;

  /** How long a receiver is proven after a success. */
  private static final Duration PROVEN = Duration.ofMinutes(1);

  /** Proven receivers in memory, some 100 bytes each. */
  private static final int MAX_PROVEN = 100_000;

  /** Attempts in memory at once; a waiting thread and what it holds take some 5 KiB. */
  private static final int MAX_SEATS = 8_192;

  private final FairPermits seats;
  private final NodeSlots nodeSlots;

  /** The part of the node's slots that receivers may hold that are not proven. */
  private final FairPermits unprovenSlots;

  private final ConcurrentHashMap<SubscriptionId, SubscriptionSlots> perSubscription =
      new ConcurrentHashMap<>();

  /** How long each took for its last success. */
  private final Cache<SubscriptionId, Duration> proven =
      Caffeine.newBuilder().expireAfterWrite(PROVEN).maximumSize(MAX_PROVEN).build();

  public SendingLimits(int maxOnNode) {
    this(maxOnNode, MAX_SEATS);
  }

  SendingLimits(int maxOnNode, int seats) {
    this.nodeSlots = new NodeSlots(maxOnNode);
    this.unprovenSlots = new FairPermits(Math.max(1, maxOnNode / 2));
    this.seats = new FairPermits(seats);
  }

  /** Free slots of this node, for a gauge. */
  public int free() {
    return nodeSlots.free();
  }

  /** Attempts that wait for a slot of this node, for a gauge. */
  public int waiting() {
    return nodeSlots.waiting() + unprovenSlots.waiting();
  }

  /** Attempts that wait for a seat. */
  int waitingForSeats() {
    return seats.waiting();
  }

  /** Whether the receiver has succeeded within the last minute. */
  public boolean isProven(SubscriptionId subscription) {
    return proven.getIfPresent(subscription) != null;
  }

  /**
   * Whether the receiver has left all requests under way unanswered for two seconds, or for twice
   * the time of its last success within the last minute, if that is longer.
   */
  public boolean hangs(SubscriptionId subscription) {
    SubscriptionSlots limit = perSubscription.get(subscription);
    return limit != null && limit.hangs();
  }

  /**
   * The share of a tenant's event or backlog; {@code maxWait} bounds each of an attempt's waits for
   * a slot.
   */
  public Share share(Tenant tenant, Duration maxWait) {
    return new Share(tenant, maxWait);
  }

  /** The share of one event or backlog of seats and slots. */
  public final class Share {
    private final Semaphore ownSeats = new Semaphore(MAX_PER_EVENT, true);
    private final Tenant tenant;
    private final Duration maxWait;

    private Share(Tenant tenant, Duration maxWait) {
      this.tenant = tenant;
      this.maxWait = maxWait;
    }

    /** Waits for a seat before an attempt is begun; null if none becomes free in time. */
    public @Nullable Seat acquireSeat(SubscriptionId subscription, Duration atMost)
        throws InterruptedException {
      long until = System.nanoTime() + atMost.toNanos();
      if (!ownSeats.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        return null;
      }
      FairPermits.Grant seat = null;
      try {
        seat = seats.acquire(tenant, subscription, until);
        return seat == null ? null : new Seat(this, seat);
      } finally {
        if (seat == null) {
          ownSeats.release();
        }
      }
    }
  }

  /** The seat of one attempt, and how it gets a slot. */
  public final class Seat implements AutoCloseable {
    private final Share share;
    private final FairPermits.Grant seat;
    private final AtomicBoolean ofShare = new AtomicBoolean(true);

    private Seat(Share share, FairPermits.Grant seat) {
      this.share = share;
      this.seat = seat;
    }

    /**
     * Waits for a slot; null if none became free in time, or the receiver hangs.
     *
     * @param maxInFlight how many slots the subscription has on this node; null: as many as usual
     */
    public @Nullable Slot acquireSlot(SubscriptionId subscription, @Nullable Integer maxInFlight)
        throws InterruptedException {
      SubscriptionSlots limit = retain(subscription, maxInFlight);
      Slot slot = null;
      try {
        if (limit.acquire(deadline())) {
          slot = acquireNodeSlot(subscription, limit);
        }
        return slot;
      } finally {
        if (slot == null) {
          SendingLimits.this.release(subscription);
        }
      }
    }

    private @Nullable Slot acquireNodeSlot(SubscriptionId subscription, SubscriptionSlots limit)
        throws InterruptedException {
      UnprovenSlot unproven = new UnprovenSlot(unprovenSlots, !isProven(subscription));
      Slot slot = null;
      try {
        if (unproven.acquire(share.tenant, subscription, deadline())) {
          NodeSlots.Slot ofNode =
              nodeSlots.acquire(
                  share.tenant,
                  subscription,
                  deadline(),
                  () -> {
                    unproven.release();
                    releaseOfShare();
                  });
          slot = ofNode == null ? null : new Slot(subscription, limit, unproven, ofNode);
        }
        return slot;
      } finally {
        if (slot == null) {
          unproven.release();
          limit.release();
        } else {
          limit.requestSent();
        }
      }
    }

    private long deadline() {
      return System.nanoTime() + share.maxWait.toNanos();
    }

    private void releaseOfShare() {
      if (ofShare.getAndSet(false)) {
        share.ownSeats.release();
      }
    }

    /** Frees the seat, when the attempt is over. */
    @Override
    public void close() {
      seat.release();
      releaseOfShare();
    }
  }

  /** The slots of one attempt: of its subscription, and of the node. */
  public final class Slot {
    private final SubscriptionId subscription;
    private final SubscriptionSlots limit;
    private final UnprovenSlot unproven;
    private final NodeSlots.Slot ofNode;
    private final long sinceNanos = System.nanoTime();
    private final AtomicBoolean answered = new AtomicBoolean();

    private Slot(
        SubscriptionId subscription,
        SubscriptionSlots limit,
        UnprovenSlot unproven,
        NodeSlots.Slot ofNode) {
      this.subscription = subscription;
      this.limit = limit;
      this.unproven = unproven;
      this.ofNode = ofNode;
    }

    /**
     * Frees the subscription's slot before the result is recorded: the receiver has succeeded.
     *
     * <p>After a failure it is kept until then, so no more attempts than slots go to a receiver
     * whose standing is about to change.
     */
    public void delivered() {
      ofNode.answered();
      Duration took = Duration.ofNanos(System.nanoTime() - sinceNanos);
      proven.put(subscription, took);
      limit.succeeded(took);
      releaseOfSubscription();
    }

    /** Frees the subscription's slot: no request was sent, as its pace did not allow it. */
    public void notSent() {
      if (!answered.getAndSet(true)) {
        limit.requestNotSent();
        SendingLimits.this.release(subscription);
      }
    }

    /** Frees what is still held: the result is recorded, or no attempt was made. */
    public void release() {
      releaseOfSubscription();
      ofNode.release();
      unproven.release();
    }

    private void releaseOfSubscription() {
      if (!answered.getAndSet(true)) {
        limit.receiverAnswered();
        SendingLimits.this.release(subscription);
      }
    }
  }

  private SubscriptionSlots retain(SubscriptionId subscription, @Nullable Integer maxInFlight) {
    return requireNonNull(
        perSubscription.compute(
            subscription,
            (_, known) -> {
              SubscriptionSlots limit =
                  known == null
                      ? new SubscriptionSlots(proven.getIfPresent(subscription), maxInFlight)
                      : known;
              limit.allow(maxInFlight);
              limit.users++;
              return limit;
            }));
  }

  private void release(SubscriptionId subscription) {
    perSubscription.computeIfPresent(subscription, (_, limit) -> --limit.users == 0 ? null : limit);
  }
}
