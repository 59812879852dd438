require "openssl"

# headers: with lower-case names; body: exactly the bytes that came.
def verify(secret, headers, body)
  timestamp = headers["webhook-timestamp"]
  return false if (Time.now.to_i - timestamp.to_i).abs > 300

  key = secret.delete_prefix("whsec_").unpack1("m")
  signed = "#{headers["webhook-id"]}.#{timestamp}.#{body}"
  expected = "v1," + [OpenSSL::HMAC.digest("sha256", key, signed)].pack("m0")
  headers["webhook-signature"].split.any? { |given| OpenSSL.secure_compare(given, expected) }
end
