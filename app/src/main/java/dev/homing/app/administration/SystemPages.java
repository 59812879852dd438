package dev.homing.app.administration;

import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.secret.EncryptionKeys;
import dev.homing.app.maintenance.PartitionKeeper;
import dev.homing.app.maintenance.Reconciliation;
import dev.homing.app.maintenance.ResealingController;
import dev.homing.app.page.Templates;
import dev.homing.app.page.Text;
import dev.homing.app.page.Visit;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** The page of the installation, as this node sees it: what needs repair, and what it runs with. */
@RestController
@RequestMapping("/ui/system")
class SystemPages {
  private final Parts parts;
  private final Reconciliation reconciliation;
  private final ResealingController resealing;
  private final EncryptionKeys keys;
  private final PartitionKeeper partitions;
  private final RetentionSettings retention;
  private final Templates templates;
  private final String version;

  SystemPages(
      Parts parts,
      Reconciliation reconciliation,
      ResealingController resealing,
      EncryptionKeys keys,
      PartitionKeeper partitions,
      RetentionSettings retention,
      Templates templates,
      ObjectProvider<BuildProperties> build) {
    this.parts = parts;
    this.reconciliation = reconciliation;
    this.resealing = resealing;
    this.keys = keys;
    this.partitions = partitions;
    this.retention = retention;
    this.templates = templates;
    this.version =
        build.stream().map(BuildProperties::getVersion).findFirst().orElse("of a checkout");
  }

  /**
   * What the page shows.
   *
   * @param done what a form just sent has done; null: nothing
   * @param firstKey the id of the key that seals
   * @param secretsByKey how many secrets each key seals, also keys that seal none
   * @param configured the ids of the keys in the settings
   * @param withoutPartition rows that found no partition for their day
   */
  record Model(
      Visit visit,
      @Nullable String done,
      List<Parts.Part> parts,
      Reconciliation.Findings findings,
      String firstKey,
      Map<String, Integer> secretsByKey,
      Set<String> configured,
      PartitionKeeper.State partitions,
      int withoutPartition,
      String events,
      String payloads,
      String version) {
    /** Whether something waits that no node is at work on. */
    boolean needsRepair() {
      return findings.openEvents().forsaken() > 0
          || findings.overdueDeliveries().count() > 0
          || findings.parkedDeliveries() > 0;
    }

    boolean isConfigured(String key) {
      return configured.contains(key);
    }

    /** A time that counts are about, in words. */
    String words(long seconds) {
      return Text.duration(Duration.ofSeconds(seconds));
    }
  }

  @GetMapping
  ResponseEntity<byte[]> show(Visit visit) {
    return page(visit, null);
  }

  private ResponseEntity<byte[]> page(Visit visit, @Nullable String done) {
    Map<String, Integer> secretsByKey = new TreeMap<>();
    keys.byId().sequencedKeySet().forEach(id -> secretsByKey.put(id, 0));
    secretsByKey.putAll(resealing.usage().secretsByKey());
    PartitionKeeper.State state = partitions.latest();
    return templates.page(
        HttpStatus.OK,
        "administration/system.jte",
        new Model(
            visit,
            done,
            parts.all(),
            reconciliation.findings(),
            keys.byId().firstEntry().getKey(),
            secretsByKey,
            keys.byId().keySet(),
            state,
            state.withoutPartition().values().stream().mapToInt(Integer::intValue).sum(),
            Text.duration(retention.events()),
            Text.duration(retention.ofPayloads()),
            version));
  }

  @PostMapping("/repair")
  ResponseEntity<byte[]> repair(Visit visit) {
    Reconciliation.Repairs done = reconciliation.repair(visit.tenant());
    return page(
        visit,
        "Repaired: %s started, %s started, %s woken, %s cancelled.%s"
            .formatted(
                Text.count(done.eventsStarted(), "event", "events"),
                Text.count(done.deliveriesStarted(), "delivery", "deliveries"),
                Text.number(done.deliveriesWoken()),
                Text.number(done.deliveriesCancelled()),
                done.more() ? " Others may be left: repair again." : ""));
  }

  @PostMapping("/reseal")
  ResponseEntity<byte[]> reseal(Visit visit) {
    ResealingController.Resealed done = resealing.reseal(visit.tenant());
    return page(
        visit,
        "Resealed the secrets of %s.%s%s"
            .formatted(
                Text.count(done.resealed(), "subscription", "subscriptions"),
                done.unreadable() == 0
                    ? ""
                    : " %s cannot be read: the log names them."
                        .formatted(Text.number(done.unreadable())),
                done.changedMeanwhile() == 0 ? "" : " Some changed meanwhile: reseal again."));
  }
}
