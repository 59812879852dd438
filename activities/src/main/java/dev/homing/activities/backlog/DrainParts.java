package dev.homing.activities.backlog;

import dev.homing.activities.delivery.AttemptLog;
import dev.homing.activities.delivery.WaitingDeliveries;
import dev.homing.activities.event.Events;
import dev.homing.activities.outbound.HttpSender;
import dev.homing.activities.pace.Pacing;
import dev.homing.activities.sequence.Sequences;
import dev.homing.activities.slots.SendingLimits;
import dev.homing.activities.standing.KnownStandings;
import dev.homing.activities.subscription.Receivers;
import java.time.Clock;

/** What all drains of a node share. */
public record DrainParts(
    DrainLeases leases,
    Backlog backlog,
    Sequences sequences,
    KnownStandings standings,
    WaitingDeliveries waiting,
    Receivers receivers,
    Events events,
    HttpSender sender,
    AttemptLog attemptLog,
    SendingLimits limits,
    Pacing pacing,
    Clock clock) {}
