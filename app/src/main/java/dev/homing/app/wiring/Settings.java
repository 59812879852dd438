package dev.homing.app.wiring;

import dev.homing.activities.destination.DestinationSettings;
import dev.homing.activities.lane.ExpressSettings;
import dev.homing.activities.retention.RetentionSettings;
import dev.homing.activities.secret.EncryptionSettings;
import dev.homing.activities.statistics.StatisticsSettings;
import dev.homing.activities.subscription.DeliverySettings;
import dev.homing.app.access.AccessSettings;
import dev.homing.app.database.PoolSettings;
import dev.homing.app.http.PayloadSettings;
import dev.homing.app.limit.LimitSettings;
import dev.homing.app.node.DispatchSettings;
import dev.homing.app.node.DrainSettings;
import dev.homing.app.node.PartSettings;
import dev.homing.app.node.PortSettings;
import dev.homing.app.node.TemporalTls;
import dev.homing.app.page.PageSettings;
import org.springframework.stereotype.Component;

/** All settings: a wrong one stops the start before anything connects. */
@Component
record Settings(
    PartSettings parts,
    TemporalTls temporalTls,
    PortSettings ports,
    PoolSettings pools,
    AccessSettings access,
    EncryptionSettings encryption,
    DestinationSettings destinations,
    DeliverySettings delivery,
    PayloadSettings payloads,
    DispatchSettings dispatch,
    ExpressSettings express,
    DrainSettings drain,
    RetentionSettings retention,
    StatisticsSettings statistics,
    LimitSettings limits,
    PageSettings pages) {}
