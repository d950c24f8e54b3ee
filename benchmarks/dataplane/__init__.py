"""What a balancer or an ambassador costs and bears, beside other ways to do the same."""
