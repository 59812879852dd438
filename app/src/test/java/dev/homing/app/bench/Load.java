package dev.homing.app.bench;

import java.time.Duration;

/** How callers call. */
sealed interface Load {
  /** The label in the table. */
  String words();

  Callers.Calls put(Callers callers, Duration time);

  /** Much the same for that time, before anything is measured. */
  Callers.Calls warmUp(Callers callers, Duration time);

  /** Each connection calls again once it has its answer. */
  record Saturating(int connections) implements Load {
    @Override
    public String words() {
      return "%d connections".formatted(connections);
    }

    @Override
    public Callers.Calls put(Callers callers, Duration time) {
      return callers.call(connections, 0, time);
    }

    @Override
    public Callers.Calls warmUp(Callers callers, Duration time) {
      return put(callers, time);
    }
  }

  /** At a fixed rate, regardless of the answers, for a multiple of the time. */
  record Steady(int connections, double perSecond, int times) implements Load {
    @Override
    public String words() {
      return "%.0f/s".formatted(perSecond);
    }

    @Override
    public Callers.Calls put(Callers callers, Duration time) {
      return callers.call(connections, perSecond, time.multipliedBy(times));
    }

    @Override
    public Callers.Calls warmUp(Callers callers, Duration time) {
      return callers.call(connections, perSecond, time);
    }
  }

  /** That many calls, as fast as they are answered. */
  record Burst(int connections, int calls) implements Load {
    @Override
    public String words() {
      return "%d at once, %d connections".formatted(calls, connections);
    }

    @Override
    public Callers.Calls put(Callers callers, Duration time) {
      return callers.call(connections, calls);
    }

    @Override
    public Callers.Calls warmUp(Callers callers, Duration time) {
      return callers.call(connections, 0, time);
    }
  }

  /** Half the rate of a closed loop, for a multiple of the time. */
  final class Half implements Load {
    private final int connections;
    private final int times;
    private double perSecond;

    Half(int connections, int times) {
      this.connections = connections;
      this.times = times;
    }

    @Override
    public String words() {
      return "half of saturation: %.0f/s".formatted(perSecond);
    }

    /** Finds it: the second half of that time, as the first is slower. */
    @Override
    public Callers.Calls warmUp(Callers callers, Duration time) {
      var unused = callers.call(connections, 0, time.dividedBy(2));
      Callers.Calls calls = callers.call(connections, 0, time.dividedBy(2));
      perSecond = calls.acceptedPerSecond() / 2;
      return calls;
    }

    @Override
    public Callers.Calls put(Callers callers, Duration time) {
      return callers.call(connections, perSecond, time.multipliedBy(times));
    }
  }
}
