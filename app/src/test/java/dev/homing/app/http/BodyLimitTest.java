package dev.homing.app.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.homing.app.problem.UnreadableBody;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.springframework.mock.web.DelegatingServletInputStream;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;

class BodyLimitTest {
  private static final int MAX_BYTES = 10_000;

  private final AtomicLong taken = new AtomicLong();

  private void read(byte[] body, String encoding, Duration timeout) throws Exception {
    InputStream counted =
        new ByteArrayInputStream(body) {
          @Override
          public synchronized int read(byte[] into, int offset, int length) {
            int got = super.read(into, offset, length);
            taken.addAndGet(Math.max(got, 0));
            return got;
          }
        };
    MockHttpServletRequest request =
        new MockHttpServletRequest() {
          @Override
          public ServletInputStream getInputStream() {
            return new DelegatingServletInputStream(counted);
          }
        };
    request.addHeader("Content-Encoding", encoding);
    new BodyLimit(MAX_BYTES, timeout)
        .doFilter(
            request,
            new MockHttpServletResponse(),
            (limited, _) ->
                assertThat(((HttpServletRequest) limited).getInputStream().readAllBytes())
                    .hasSize(body.length));
  }

  private static int status(Throwable refused) {
    return ((UnreadableBody) refused).problem().getStatusCode().value();
  }

  @Test
  void nothingIsReadBeyondTheLimit() throws Exception {
    read(new byte[MAX_BYTES], "identity", Duration.ofMinutes(1));

    assertThatThrownBy(() -> read(new byte[100 * MAX_BYTES], "identity", Duration.ofMinutes(1)))
        .satisfies(refused -> assertThat(status(refused)).isEqualTo(413));
    assertThat(taken.get()).isLessThan(MAX_BYTES + MAX_BYTES + 20_000);
  }

  @Test
  void aBombIsInflatedToTheLimitAndNoFurther() {
    byte[] bomb = CompressedBodiesTest.gzip(new byte[5 << 20]);

    assertThatThrownBy(() -> read(bomb, "gzip", Duration.ofMinutes(1)))
        .satisfies(refused -> assertThat(status(refused)).isEqualTo(413));
    assertThat(taken.get()).isLessThan(bomb.length / 2);
  }

  @Test
  void nothingIsReadAfterTheTimeout() {
    for (String encoding : new String[] {"identity", "gzip"}) {
      assertThatThrownBy(() -> read(new byte[1], encoding, Duration.ZERO))
          .isInstanceOf(IOException.class)
          .satisfies(refused -> assertThat(status(refused)).isEqualTo(408));
    }
    assertThat(taken.get()).isZero();
  }
}
