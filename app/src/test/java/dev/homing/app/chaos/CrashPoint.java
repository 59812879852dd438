package dev.homing.app.chaos;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.constant.ClassDesc;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Where a node can be made to stop, so that it is killed there. */
public enum CrashPoint {
  /** The event's rows are written, and not committed. */
  BEFORE_COMMIT("activities.event.AcceptEvents", "commit(List)", When.AT_THE_END),

  /** The statement that accepts events without keys, and commits by itself, is about to be sent. */
  BEFORE_STATEMENT(
      "activities.event.AcceptEvents",
      "commitRemembered(List)",
      When.BEFORE_A_CALL,
      "NewEvents.add"),

  /** The event is committed, and the 202 is not sent. */
  AFTER_COMMIT(
      "activities.lane.EarlyStart", "begin(Acceptance$New,Content)", When.AT_THE_BEGINNING),

  /** First attempts are about to be made, whether or not their workflow is there. */
  EARLY_BEFORE_SENDING(
      "activities.lane.EarlyStart",
      "send(Acceptance$New,Content,RecipientResults)",
      When.AT_THE_BEGINNING),

  /** The event's workflow is about to be started. */
  BEFORE_START("activities.temporal.EventStarts", "start(List)", When.AT_THE_BEGINNING),

  /** Temporal has the event's workflow. */
  AFTER_START("activities.temporal.EventStarts", "start(List)", When.AT_THE_END),

  /** The workflow is about to adopt the first attempts. */
  EXPRESS_BEFORE_ADOPTING(
      "activities.lane.ExpressLane",
      "process(AcceptedEvent,DeliveryId,ExpressLane$Run)",
      When.AT_THE_BEGINNING),

  /** A workflow that events share has adopted the first attempts of one of them. */
  SHARED_HALF_WAY(
      "activities.lane.ExpressLane",
      "sendAllOf(List,String)",
      When.AFTER_A_CALL,
      "ExpressLane.get"),

  /** The deliveries that a shared workflow leaves waiting are about to get workflows. */
  SHARED_BEFORE_STARTS("activities.lane.StartDeliveries", "startAll(List)", When.AT_THE_BEGINNING),

  /** A later attempt is about to be made. */
  DURABLE_BEFORE_SENDING(
      "activities.lane.DurableLane", "send(WaitingDelivery,String)", When.AT_THE_BEGINNING),

  EXPRESS_BEFORE_CONNECT(
      "activities.lane.SendFirstAttempts",
      "attempt(SendFirstAttempts$Sending,SendingLimits$Slot,Receiver)",
      When.BEFORE_A_CALL,
      "HttpSender.send"),

  DURABLE_BEFORE_CONNECT(
      "activities.lane.DurableLane",
      "attempt(Delivery,Receiver,ActivityInfo,boolean)",
      When.BEFORE_A_CALL,
      "HttpSender.send"),

  DRAIN_BEFORE_CONNECT(
      "activities.backlog.DrainAttempt",
      "send(Receiver,Backlog$Due,String,byte[],SendingLimits$Slot,Permit)",
      When.BEFORE_A_CALL,
      "HttpSender.send"),

  /** The receiver has answered, and nothing is recorded. */
  EXPRESS_BEFORE_ROWS(
      "activities.lane.SendFirstAttempts",
      "attempt(SendFirstAttempts$Sending,SendingLimits$Slot,Receiver)",
      When.BEFORE_A_CALL,
      "AttemptLog.recordFirst"),

  DURABLE_BEFORE_ROWS(
      "activities.lane.DurableLane",
      "attempt(Delivery,Receiver,ActivityInfo,boolean)",
      When.BEFORE_A_CALL,
      "AttemptLog.record"),

  DRAIN_BEFORE_ROWS(
      "activities.backlog.DrainAttempt",
      "send(Receiver,Backlog$Due,String,byte[],SendingLimits$Slot,Permit)",
      When.BEFORE_A_CALL,
      "AttemptLog.recordDrained"),

  DRAIN_AFTER_ROWS(
      "activities.backlog.DrainAttempt",
      "send(Receiver,Backlog$Due,String,byte[],SendingLimits$Slot,Permit)",
      When.AFTER_A_CALL,
      "AttemptLog.recordDrained"),

  /** A delivery waits in a backlog that no node has in hand. */
  BACKLOG_BEFORE_LEASE(
      "activities.delivery.AttemptLog", "addToBacklog(AttemptContext)", When.AT_THE_END),

  /** A drain is about to give its lease back, in a transaction that has locked the standing. */
  BACKLOG_LOCKED(
      "activities.backlog.DrainLeases",
      "giveBackLocked(DrainLeases$Lease,Duration)",
      When.AT_THE_BEGINNING),

  /** Sequences whose head is over are locked, and no next delivery has its turn. */
  SEQUENCE_BEFORE_TURN(
      "activities.sequence.Sequences", "moveHeads(Tenant,Receiver,List)", When.AT_THE_BEGINNING),

  /** The next deliveries have their turn, which is not committed. */
  SEQUENCE_AFTER_TURN(
      "activities.sequence.Sequences", "moveHeads(Tenant,Receiver,List)", When.AT_THE_END),

  /** The attempt is recorded, and Temporal has not heard of it. */
  EXPRESS_AFTER_ROWS(
      "activities.lane.SendFirstAttempts",
      "attempt(SendFirstAttempts$Sending,SendingLimits$Slot,Receiver)",
      When.AFTER_A_CALL,
      "AttemptLog.recordFirst"),

  DURABLE_AFTER_ROWS(
      "activities.lane.DurableLane",
      "attempt(Delivery,Receiver,ActivityInfo,boolean)",
      When.AFTER_A_CALL,
      "AttemptLog.record"),

  /** A 410 is recorded, and its subscription is not yet disabled. */
  BEFORE_SWITCH_OFF(
      "activities.subscription.DisableSubscriptions",
      "disable(Tenant,SubscriptionId,HttpUrl,DisabledReason)",
      When.AT_THE_BEGINNING);

  /** At which moment of the method. */
  enum When {
    AT_THE_BEGINNING,
    AT_THE_END,
    BEFORE_A_CALL,
    AFTER_A_CALL
  }

  private final String owner;
  private final String method;
  final When when;
  private final @Nullable String call;

  CrashPoint(String owner, String method, When when) {
    this(owner, method, when, null);
  }

  CrashPoint(String owner, String method, When when, @Nullable String call) {
    this.owner = "dev.homing." + owner;
    this.method = method;
    this.when = when;
    this.call = call;
  }

  /** The class's binary name. */
  String owner() {
    return owner;
  }

  boolean isIn(ClassModel type) {
    return type.thisClass().asInternalName().equals(owner.replace('.', '/'));
  }

  boolean isIn(MethodModel model) {
    String parameters =
        model.methodTypeSymbol().parameterList().stream()
            .map(ClassDesc::displayName)
            .collect(Collectors.joining(","));
    return "%s(%s)".formatted(model.methodName().stringValue(), parameters).equals(method);
  }

  /** Whether this is the call that is meant, or the end of the method. */
  boolean isAt(CodeElement element) {
    return switch (when) {
      case AT_THE_BEGINNING -> false;
      case AT_THE_END -> element instanceof ReturnInstruction;
      case BEFORE_A_CALL, AFTER_A_CALL ->
          element instanceof InvokeInstruction invoked
              && "%s.%s"
                  .formatted(invoked.owner().asSymbol().displayName(), invoked.name().stringValue())
                  .equals(call);
    };
  }
}
