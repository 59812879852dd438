package dev.homing.activities.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.homing.activities.OneAtATime;
import dev.homing.activities.SampleSubscriptions;
import dev.homing.workflows.SubscriptionId;
import dev.homing.workflows.Tenant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

@OneAtATime
class SecretsTest {
  private static final Tenant TENANT = Tenant.DEFAULT;
  private static final SubscriptionId ID = new SubscriptionId(new UUID(1, 2));

  private final Secrets secrets = SampleSubscriptions.SECRETS;

  @Test
  void opensAHeaderUnderItsOwnNameInAnyCase() {
    String text = secrets.sealHeader(TENANT, ID, "X-Token", "t0ken");

    assertThat(text).doesNotContain("t0ken");
    assertThat(secrets.openHeader(TENANT, ID, "x-token", text)).isEqualTo("t0ken");
    assertThatIllegalStateException()
        .isThrownBy(() -> secrets.openHeader(TENANT, ID, "X-Other", text));
    assertThatIllegalStateException().isThrownBy(() -> secrets.open(TENANT, ID, text));
  }
}
