package dev.homing.app.bench;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/** The nodes of Homing that are measured together, on the same parts. */
record Nodes(List<Service> all) {
  /** One that stands for all where they do not differ. */
  Service first() {
    return all.getFirst();
  }

  /** Starts them at the same time, and waits until all of them work. */
  void start() {
    all.forEach(Service::launch);
    all.forEach(Service::awaitHealthy);
  }

  void stop() {
    all.forEach(Service::stop);
  }

  void discard() {
    all.forEach(Service::discard);
  }

  List<URI> uris() {
    return all.stream().map(Service::uri).toList();
  }

  /** The sum of a metric over all nodes. */
  double metric(String name) {
    return all.stream().mapToDouble(node -> node.metric(name)).sum();
  }

  double usedHeap() {
    return all.stream().mapToDouble(Service::usedHeap).sum();
  }

  Duration cpu() {
    return all.stream()
        .map(node -> node.process().toHandle().info().totalCpuDuration().orElseThrow())
        .reduce(Duration.ZERO, Duration::plus);
  }
}
